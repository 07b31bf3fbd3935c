// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
//! Errors, under the names that the system's users know.

/// What an SDK call returns.
pub type Result<T> = core::result::Result<T, Error>;

macro_rules! errors {
    ($($(#[$text:meta])* $name:ident = $number:literal,)*) => {
        /// Why a call failed; the numbers are those of `kata/sdk_abi.h`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Error {
            $($(#[$text])* $name = $number,)*
        }

        /// The label of a reply as a result.
        pub(crate) fn check(label: usize) -> Result<()> {
            match label {
                0 => Ok(()),
                $($number => Err(Error::$name),)*
                _ => Err(Error::SDKUnknownResponse),
            }
        }
    };
}

errors! {
    /// The request is not well-formed.
    SDKDeserializeFailed = 1,
    /// An argument is longer than its limit, or the result does not fit.
    SDKSerializeFailed = 2,
    /// The application is not (or no longer) registered.
    SDKInvalidBadge = 3,
    /// Empty key, or a NUL byte in a key or name.
    SDKInvalidString = 4,
    /// No such key.
    SDKReadKeyFailed = 5,
    /// The store is full.
    SDKWriteKeyFailed = 6,
    /// The key could not be deleted.
    SDKDeleteKeyFailed = 7,
    /// The message area is missing.
    SDKMapPageFailed = 8,
    /// The runtime does not know the request.
    SDKUnknownRequest = 9,
    /// The reply made no sense.
    SDKUnknownResponse = 10,
    /// Timer id out of range.
    SDKNoSuchTimer = 11,
    /// The timer is running.
    SDKTimerAlreadyExists = 12,
    /// The platform has no such device.
    SDKNoPlatformSupport = 13,
    /// No such model.
    SDKNoSuchModel = 14,
    /// The timer is not running, or the duration is out of range.
    SDKInvalidTimer = 15,
    /// The model could not be loaded.
    SDKLoadModelFailed = 16,
    /// A quota of the manifest, or the system's memory, is used up.
    SDKOutOfResources = 17,
    /// The model has no output.
    SDKNoModelOutput = 18,
    /// The service that had the request died and was started again.
    SDKServiceRestarted = 19,
    /// The manifest does not grant this kind of request.
    SDKPermissionDenied = 20,
    /// The two manifests do not name each other.
    SDKNoSuchPeer = 21,
    /// The other application is not running.
    SDKPeerNotRunning = 22,
    /// The receiver has to take messages first.
    SDKQueueFull = 23,
    /// Nothing came in time.
    SDKTimedOut = 24,
    /// The model runs, or the vector core has to make room: to be asked again.
    SDKModelBusy = 25,
    /// Audio was not started.
    SDKNotRecording = 26,
}
