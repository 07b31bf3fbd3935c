/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of AudioInterface (interfaces/audio.idl4). */
enum audio_error {
    AUDIO_SUCCESS,
    AUDIO_NO_DEVICE,        /* there is no microphone */
    AUDIO_OFF,              /* it was not started */
    AUDIO_BAD_RATE,         /* it does not have that rate */
};

#define AUDIO_PIECE 160u    /* samples in a message, at most */
