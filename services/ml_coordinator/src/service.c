/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component on a platform whose vector core is parked: no model can run, so none is loaded. */

#include "ml_coordinator.h"

#include "camkes.h"
#include <kata/log.h>

/* The connected timer signals only timers that were started, and none is. */
void timer_notified(void)
{
}

uint32_t mlcoord_completed_jobs(void)
{
    return 0;
}

int mlcoord_oneshot(const char *bundle_id, const char *model_id)
{
    (void)bundle_id;
    (void)model_id;
    return ML_NO_DEVICE;
}

int mlcoord_periodic(const char *bundle_id, const char *model_id, uint32_t rate_ms)
{
    (void)bundle_id;
    (void)model_id;
    (void)rate_ms;
    return ML_NO_DEVICE;
}

int mlcoord_cancel(const char *bundle_id, const char *model_id)
{
    (void)bundle_id;
    (void)model_id;
    return ML_NO_DEVICE;
}

int mlcoord_get_output(const char *bundle_id, const char *model_id, uint32_t *jobnum, uint32_t *return_code, uint32_t *epc,
                       uint8_t *data, size_t *data_n)
{
    (void)bundle_id;
    (void)model_id;
    (void)data;
    *jobnum = *return_code = *epc = 0;
    *data_n = 0;
    return ML_NO_DEVICE;
}

int mlcoord_debug_state(void)
{
    kata_log_text(LOG_INFO, "no vector core: 0 models loaded, 0 queued");
    return ML_SUCCESS;
}

int mlcoord_capscan(void)
{
    camkes_capscan();
    return ML_SUCCESS;
}
