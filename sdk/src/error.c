/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <sdk.h>

static const char *const name[SDK_ERRORS] = {
    [SDK_SUCCESS] = "Ok",
    [SDK_DESERIALIZE_FAILED] = "SDKDeserializeFailed",
    [SDK_SERIALIZE_FAILED] = "SDKSerializeFailed",
    [SDK_INVALID_BADGE] = "SDKInvalidBadge",
    [SDK_INVALID_STRING] = "SDKInvalidString",
    [SDK_READ_KEY_FAILED] = "SDKReadKeyFailed",
    [SDK_WRITE_KEY_FAILED] = "SDKWriteKeyFailed",
    [SDK_DELETE_KEY_FAILED] = "SDKDeleteKeyFailed",
    [SDK_MAP_PAGE_FAILED] = "SDKMapPageFailed",
    [SDK_UNKNOWN_REQUEST] = "SDKUnknownRequest",
    [SDK_UNKNOWN_RESPONSE] = "SDKUnknownResponse",
    [SDK_NO_SUCH_TIMER] = "SDKNoSuchTimer",
    [SDK_TIMER_ALREADY_EXISTS] = "SDKTimerAlreadyExists",
    [SDK_NO_PLATFORM_SUPPORT] = "SDKNoPlatformSupport",
    [SDK_NO_SUCH_MODEL] = "SDKNoSuchModel",
    [SDK_INVALID_TIMER] = "SDKInvalidTimer",
    [SDK_LOAD_MODEL_FAILED] = "SDKLoadModelFailed",
    [SDK_OUT_OF_RESOURCES] = "SDKOutOfResources",
    [SDK_NO_MODEL_OUTPUT] = "SDKNoModelOutput",
    [SDK_SERVICE_RESTARTED] = "SDKServiceRestarted",
    [SDK_PERMISSION_DENIED] = "SDKPermissionDenied",
    [SDK_NO_SUCH_PEER] = "SDKNoSuchPeer",
    [SDK_PEER_NOT_RUNNING] = "SDKPeerNotRunning",
    [SDK_QUEUE_FULL] = "SDKQueueFull",
    [SDK_TIMED_OUT] = "SDKTimedOut",
    [SDK_MODEL_BUSY] = "SDKModelBusy",
    [SDK_NOT_RECORDING] = "SDKNotRecording",
};

const char *sdk_error_name(int error)
{
    return error >= 0 && error < SDK_ERRORS ? name[error] : "SDKUnknownResponse";
}
