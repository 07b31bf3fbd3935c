/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "arguments.h"

#include <string.h>

struct arguments arguments_of(const struct request *request)
{
    return (struct arguments){ .at = request->data, .left = request->size };
}

uint32_t argument_word(struct arguments *arguments)
{
    uint32_t word = 0;
    if (arguments->bad || arguments->left < sizeof word) {
        arguments->bad = true;
        return 0;
    }
    memcpy(&word, arguments->at, sizeof word);
    arguments->at += sizeof word;
    arguments->left -= sizeof word;
    return word;
}

bool argument_name(struct arguments *arguments, char name[CORE_NAME_SIZE])
{
    size_t n = arguments->left < CORE_NAME_SIZE ? arguments->left : CORE_NAME_SIZE;
    memcpy(name, arguments->at, n);
    size_t length = strnlen(name, n);
    if (arguments->bad || length == n) {
        name[0] = '\0';
        arguments->bad = true;
        return false;
    }
    arguments->at += length + 1;
    arguments->left -= length + 1;
    return length > 0;
}

bool arguments_end(const struct arguments *arguments)
{
    return !arguments->bad && arguments->left == 0;
}

void copy_name(char to[CORE_NAME_SIZE], const char *from)
{
    memcpy(to, from, strlen(from) + 1);
}

static bool is_id_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_bundle_id(const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || name[0] == '-') {
        return false;
    }
    while (is_id_character(*name)) {
        name++;
    }
    return *name == '\0';
}

uint32_t argument_bundle(struct arguments *arguments, char name[CORE_NAME_SIZE])
{
    (void)argument_name(arguments, name);
    if (arguments->bad) {
        return arguments->left < CORE_NAME_SIZE ? CORE_DESERIALIZE_FAILED : CORE_BUNDLE_ID_INVALID;     /* cut off, or too long */
    }
    return is_bundle_id(name) ? CORE_SUCCESS : CORE_BUNDLE_ID_INVALID;
}

bool result_add(struct request *request, const void *bytes, size_t n)
{
    if (n > request->room - request->result) {
        return false;
    }
    memcpy(request->data + request->result, bytes, n);
    request->result += n;
    return true;
}

bool result_word(struct request *request, uint32_t word)
{
    return result_add(request, &word, sizeof word);
}

bool result_name(struct request *request, const char *name)
{
    return result_add(request, name, strlen(name) + 1);
}
