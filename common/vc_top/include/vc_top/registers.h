/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * The vector core's control block as the management core sees it: registers of the Sparrow chip, by byte offset, and behind them a few that only
 * a vector core with our firmware has (firmware/vector_core). README.md says how writes get there where the block is plain memory.
 */
#ifndef VC_TOP_REGISTERS_H
#define VC_TOP_REGISTERS_H

enum vc_register {
    VC_INTR_STATE = 0x00,           /* pending interrupts; writing ones takes them back */
    VC_INTR_ENABLE = 0x04,
    VC_INTR_TEST = 0x08,            /* writing ones makes them pending */
    VC_CTRL = 0x0c,
    VC_MEMORY_BANK_CTRL = 0x10,
    VC_ERROR_STATUS = 0x14,
    VC_INIT_START = 0x18,           /* memory clear: first byte, */
    VC_INIT_END = 0x1c,             /* the byte behind the last; with VC_INIT_VALID it starts. Whole pages are cleared */
    VC_INIT_STATUS = 0x20,
    VC_WINDOWS = 0x400,             /* VC_WINDOW_COUNT times offset, length - 1, permissions */

    /* Of our firmware. */
    VC_CAUSE = 0x40,                /* of the last fault: mcause, or a vc_cause; with its pc and address */
    VC_PC = 0x44,                   /* also of a job that was stopped */
    VC_ADDRESS = 0x48,
    VC_RESULT = 0x4c,               /* a0 of a job that has finished */
    VC_INSTRUCTIONS = 0x50,         /* of the last run, 64 bits */
    VC_TICKS = 0x58,                /* of the platform's timebase, 64 bits */
    VC_TIME_LIMIT = 0x60,           /* of a run, ms; writable */
    VC_VLENB = 0x64,                /* bytes of a vector register */
    VC_TCM_SIZE = 0x68,
    VC_RESTARTS = 0x6c,             /* of the firmware, by its own failure; and the cause and pc of the last one */
    VC_RESTART_CAUSE = 0x70,
    VC_RESTART_PC = 0x74,
};

enum vc_interrupt {
    VC_HOST_REQUEST = 1,
    VC_FINISH = 2,
    VC_INSTRUCTION_FAULT = 4,
    VC_DATA_FAULT = 8,
    VC_INTERRUPTS = 15,
};

/* Reset value: both. A job begins, with cleared registers, when VC_RESET is taken back, and runs while neither is set. Its end sets both, a host
 * request VC_FREEZE. The other bits are the byte offset of its first instruction in window 0. */
enum vc_ctrl {
    VC_FREEZE = 1,
    VC_RESET = 2,
    VC_PC_START = 0x7fffc,
};

enum { VC_BANKS_ALL = 0xfff };              /* 4 of instructions, 8 of data */
enum vc_error_status { VC_TEXT_OUT_OF_RANGE = 1, VC_DATA_OUT_OF_RANGE = 2 };
enum { VC_INIT_ADDRESS = 0x3fffff, VC_INIT_VALID = 0x400000 };
enum vc_init_status { VC_INIT_PENDING = 1, VC_INIT_DONE = 2 };

/* Windows: all that a job can reach. Offsets are those in the tightly coupled memory. */
enum {
    VC_WINDOW_COUNT = 64,
    VC_WINDOW_BYTES = 16,           /* of its three registers */
    VC_PAGE = 4096,
};
#define VC_WINDOW_BASE 0x80000000u  /* virtual address of window 0, */
#define VC_WINDOW_STRIDE 0x1000000u /* and from one to the next */
enum vc_window_register { VC_WINDOW_OFFSET = 0, VC_WINDOW_LIMIT = 4, VC_WINDOW_PERMISSIONS = 8 };
enum vc_permissions { VC_READ = 1, VC_WRITE = 2, VC_EXECUTE = 4 };

/* In VC_CAUSE beside the causes of the privileged specification: of codes for custom use, and an interrupt. */
#define VC_CAUSE_WINDOW 24u         /* a window is none: VC_ADDRESS is which */
#define VC_CAUSE_FIRMWARE 25u       /* the firmware has started again */
#define VC_CAUSE_TIME 0x80000007u   /* the time limit is over */

/* What a job says: instructions of the opcode custom-3, by their field funct3. `ecall` finishes, too. */
enum vc_instruction {
    VC_OPCODE = 0x7b,
    VC_SIMPRINT = 0,                /* does nothing: there is no console */
    VC_XCOUNT = 1,                  /* rd = instructions of this run so far */
    VC_HOSTREQ = 2,
    VC_FINISHED = 3,
};

#endif
