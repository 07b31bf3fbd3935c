/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Line editor as a pure state machine: bytes of a terminal (or of a plain pipe) go in, echo comes out through a callback,
 * and now and then a line is complete. Keys:
 *   ^A ^E Home End   begin, end of the line          ^B ^F arrows   a character left, right
 *   BS DEL           erase to the left               ^D Delete      erase under the cursor
 *   ^W ^K ^U         erase word, to the end, line    ^P ^N arrows   older, newer line
 *   ^C               give the line up                CR, LF, CRLF   complete the line
 *   TAB              completion (the caller's)
 * Text is UTF-8; a character is edited as a whole. A key that does nothing rings the bell.
 */
#ifndef LINEEDIT_LINEEDIT_H
#define LINEEDIT_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINEEDIT_MAX = 256,             /* bytes of a line without its NUL */
    LINEEDIT_HISTORY_LINES = 8,     /* at most; long lines push older ones out sooner */
    LINEEDIT_HISTORY_BYTES = 512,
};

enum lineedit_event {
    LINEEDIT_NOTHING,       /* the line goes on */
    LINEEDIT_LINE,          /* .line is complete: NUL-terminated, valid until the next input */
    LINEEDIT_CANCELLED,     /* ^C: the line was given up */
    LINEEDIT_TAB,           /* .line[0..cursor) may be completed with lineedit_insert(); the line goes on */
    LINEEDIT_TOO_LONG,      /* the completed line had more than LINEEDIT_MAX bytes: dropped */
    LINEEDIT_BAD_CHARACTER, /* the completed line was not UTF-8: dropped */
};

/* Newest line first, each NUL-terminated, packed. Oldest lines fall off the end. */
struct lineedit_history {
    uint16_t used;
    uint8_t count;
    char bytes[LINEEDIT_HISTORY_BYTES];
};

/* Private, except .line after LINEEDIT_LINE and .line[0..cursor) after LINEEDIT_TAB. Initialise with lineedit_init. */
struct lineedit {
    void (*echo)(void *ctx, const char *bytes, size_t n);
    void *ctx;
    uint16_t length;
    uint16_t cursor;
    uint8_t escape;         /* position inside an escape sequence */
    uint8_t parameter;      /* its number */
    uint8_t browsing;       /* 0: own line; n: n-th newest line of the history */
    uint8_t expected;       /* bytes of the UTF-8 character that is being received; 0: none */
    uint8_t pending_length;
    char pending[4];
    bool after_cr;          /* the last byte completed a line: a LF now belongs to it */
    bool too_long;
    bool bad_character;
    char line[LINEEDIT_MAX + 1];
    char draft[LINEEDIT_MAX + 1];       /* the own line while browsing */
    struct lineedit_history history;
};

/** echo receives the bytes for the terminal ("\n" for a line end); ctx is passed to it. */
void lineedit_init(struct lineedit *e, void (*echo)(void *ctx, const char *bytes, size_t n), void *ctx);

/** Feeds one byte. */
enum lineedit_event lineedit_input(struct lineedit *e, uint8_t byte);

/** Inserts n bytes of whole characters at the cursor, as if they had been typed. */
void lineedit_insert(struct lineedit *e, const char *text, size_t n);

/** Shows the line again, behind a new prompt, when something else was printed. */
void lineedit_redraw(struct lineedit *e);

/** Remembers a line (not if it is blank or the same as the newest). */
void lineedit_history_add(struct lineedit_history *h, const char *line);

/** The n-th newest line, n from 1; NULL when there is none. */
const char *lineedit_history_get(const struct lineedit_history *h, unsigned n);

#endif
