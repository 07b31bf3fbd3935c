/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <sdk.h>

int main(void)
{
    if (sdk_ping() != SDK_SUCCESS)
        return 1;
    sdk_log("logtest::ping!");
    sdk_log("DONE");
    return 0;
}
