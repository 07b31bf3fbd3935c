/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The text of a manifest. */
#include "target.h"
#include <manifest/manifest.h>
#include <string.h>

static void check_span(struct manifest_span span, size_t size) { REQUIRE((size_t)span.at + span.length <= size); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + (size == 0)); /* exactly as long: a byte too far is seen */
    struct manifest m;
    memcpy(text, data, size);
    int error = manifest_parse(&m, text, size);
    if (error != 0) {
        REQUIRE(MANIFEST_IS_ERROR(error) && MANIFEST_ERROR_REASON(error) < MANIFEST_REASONS && manifest_error_text(error) != NULL);
        REQUIRE(MANIFEST_ERROR_LINE(error) <= size + 1);
    } else {
        REQUIRE(size <= MANIFEST_MAX && m.budget_us >= 100 && m.budget_us <= m.period_us && m.period_us <= 1000000);
        REQUIRE(m.priority <= MANIFEST_HIGH && m.quota_keys <= 24 && m.quota_timers <= 31 && m.stack <= 1u << 20);
        const struct manifest_span single[] = { m.name, m.version, m.args };
        for (unsigned i = 0; i < 3; i++)
            check_span(single[i], size);
        for (unsigned i = 0; i < MANIFEST_PEERS; i++)
            check_span(m.peers[i], size);
        for (unsigned i = 0; i < MANIFEST_MODELS; i++)
            check_span(m.models[i], size);
        int named = manifest_check(&m, text, size, "hello");
        REQUIRE(named == 0 || MANIFEST_ERROR_REASON(named) == MANIFEST_OTHER_NAME);
    }
    free(text);
    return 0;
}
