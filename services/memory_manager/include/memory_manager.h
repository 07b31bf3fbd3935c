/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of MemoryInterface (interfaces/memory.idl4); numbers of the original's later tree, ours behind them. */
enum memory_manager_error {
    MEMORY_SUCCESS,
    MEMORY_SERIALIZE_FAILED,
    MEMORY_DESERIALIZE_FAILED,  /* the array is not made of triples */
    MEMORY_OBJ_COUNT_INVALID,   /* no objects, too many, or a size that the type does not have */
    MEMORY_OBJ_TYPE_INVALID,
    MEMORY_OBJ_CAP_INVALID,     /* a slot does not exist or is in use */
    MEMORY_CAP_ALLOC_FAILED,    /* tables of the service are full */
    MEMORY_UNKNOWN_ERROR,
    MEMORY_ALLOC_FAILED,        /* not enough memory */
    MEMORY_FREE_FAILED,         /* not a living handle of this client, or a static allocation */
    MEMORY_QUOTA_EXCEEDED,      /* more than the client may have (attribute memory_quota) */
};

enum memory_lifetime { MEMORY_SHORT, MEMORY_MEDIUM, MEMORY_STATIC };
