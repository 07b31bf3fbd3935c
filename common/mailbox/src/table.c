/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <mailbox/table.h>

#define EACH(r, table) (struct mailbox_request *r = (table)->requests; r < (table)->requests + MAILBOX_OUTSTANDING; r++)
#define EACH_CONST(r, table) (const struct mailbox_request *r = (table)->requests; r < (table)->requests + MAILBOX_OUTSTANDING; r++)

bool mailbox_id_in_use(const struct mailbox_table *table, uint8_t id)
{
    for EACH_CONST(r, table) {
        if (r->state != MAILBOX_FREE && r->message.id == id) {
            return true;
        }
    }
    return false;
}

/* Ids are used in turn, so that one comes back only when a late reply to its last use is long gone. */
static uint8_t new_id(struct mailbox_table *table)
{
    do {
        table->last_id++;
    } while (table->last_id == MAILBOX_ORIGINAL_ID || mailbox_id_in_use(table, table->last_id));
    return table->last_id;
}

struct mailbox_request *mailbox_enter(struct mailbox_table *table, uint8_t version, uint16_t ticks)
{
    for EACH(r, table) {
        if (r->state == MAILBOX_FREE) {
            uint8_t id = version == MAILBOX_ORIGINAL ? (uint8_t)MAILBOX_ORIGINAL_ID : new_id(table);
            *r = (struct mailbox_request){
                .message = { .version = version, .id = id },
                .order = table->order++,
                .ticks = ticks,
                .state = MAILBOX_QUEUED,
            };
            return r;
        }
    }
    return NULL;
}

struct mailbox_request *mailbox_first_queued(struct mailbox_table *table)
{
    struct mailbox_request *first = NULL;
    for EACH(r, table) {
        if (r->state == MAILBOX_QUEUED && (first == NULL || (int32_t)(r->order - first->order) < 0)) {
            first = r;
        }
    }
    return first;
}

bool mailbox_buffer_in_use(const struct mailbox_table *table, uint32_t address, uint32_t size)
{
    for EACH_CONST(r, table) {
        if (r->state != MAILBOX_FREE && r->message.is_long && r->message.address < address + size &&
            address < r->message.address + mailbox_reply_room(r->message.size)) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct mailbox_message *request, const struct mailbox_message *reply)
{
    if (request->version != reply->version || request->is_long != reply->is_long) {
        return false;
    }
    return !request->is_long || (request->address == reply->address && reply->size <= mailbox_reply_room(request->size));
}

enum mailbox_match mailbox_find(struct mailbox_table *table, const struct mailbox_message *message, struct mailbox_request **request)
{
    *request = NULL;
    if (message->version == MAILBOX_VERSION && !message->reply) {
        return MAILBOX_MATCH_NONE;
    }
    for EACH(r, table) {
        if ((r->state != MAILBOX_SENT && r->state != MAILBOX_ABANDONED) || r->message.id != message->id) {
            continue;
        }
        if (r->state == MAILBOX_ABANDONED) {
            mailbox_leave(r);
            return MAILBOX_MATCH_LATE;
        }
        *request = r;
        return fits(&r->message, message) ? MAILBOX_MATCH : MAILBOX_MATCH_WRONG;
    }
    return MAILBOX_MATCH_NONE;
}

void mailbox_leave(struct mailbox_request *request)
{
    request->state = MAILBOX_FREE;
}

void mailbox_abandon(struct mailbox_request *request)
{
    request->state = request->state == MAILBOX_QUEUED ? MAILBOX_FREE : MAILBOX_ABANDONED;
}

static bool waits(const struct mailbox_request *r)
{
    return r->state == MAILBOX_QUEUED || r->state == MAILBOX_SENT;
}

struct mailbox_request *mailbox_tick(struct mailbox_table *table, bool first)
{
    if (first) {
        for EACH(r, table) {
            if (waits(r) && r->ticks > 0) {
                r->ticks--;
            }
        }
    }
    for EACH(r, table) {
        if (waits(r) && r->ticks == 0) {
            mailbox_abandon(r);
            return r;
        }
    }
    return NULL;
}

struct mailbox_request *mailbox_forget(struct mailbox_table *table)
{
    for EACH(r, table) {
        bool waited = r->state == MAILBOX_SENT;
        if (r->state == MAILBOX_SENT || r->state == MAILBOX_ABANDONED) {
            mailbox_leave(r);
        }
        if (waited) {
            return r;
        }
    }
    return NULL;
}

bool mailbox_anybody_waits(const struct mailbox_table *table)
{
    for EACH_CONST(r, table) {
        if (waits(r)) {
            return true;
        }
    }
    return false;
}
