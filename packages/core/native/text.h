/* Texts without a C library: comparing them, reading numbers and durations in them, and putting lines together. */
#ifndef TEXT_H
#define TEXT_H
#include "sys.h"

enum { LONGEST_ARGUMENT = 900 }; /* of a message; what is longer is cut, so that its end is still read */

static size_t length_of(const char *text) {
	size_t length = 0;
	while (text[length]) length++;
	return length;
}

static int equal(const char *a, const char *b) {
	while (*a && *a == *b) a++, b++;
	return *a == *b;
}

static const char *after_prefix(const char *text, const char *prefix) {
	while (*prefix)
		if (*text++ != *prefix++) return NULL;
	return text;
}

/* Appends a text to a line of that size, with the arguments in place of %1 to %6. Returns the new length. */
static size_t fill_in(char *line, size_t used, size_t size, const char *text, const char *const *arguments) {
	for (; *text && used < size; text++) {
		if (*text != '%') {
			line[used++] = *text;
			continue;
		}
		const size_t limit = used + LONGEST_ARGUMENT < size ? used + LONGEST_ARGUMENT : size;
		const char *argument = arguments[*++text - '1'];
		/* A name must not make a second line, or colours; bytes from 128 on are UTF-8. */
		for (; *argument && used < limit; argument++)
			line[used++] = (uint8_t)*argument < ' ' || *argument == 127 ? '?' : *argument;
		if (*argument) line[used - 1] = line[used - 2] = line[used - 3] = '.';
	}
	return used;
}

static void append_with(char *array, size_t size, const char *text, const char *const *arguments) {
	array[fill_in(array, length_of(array), size - 1, text, arguments)] = 0;
}

/* Appends to an array that holds a text, as much as there is room for. */
#define append(array, text, ...) append_with(array, sizeof array, text, (const char *const[]){__VA_ARGS__})

/* The text of a number, valid until the sixth next call. */
static const char *number(long value) {
	static char buffers[6][24];
	static unsigned next;
	char *end = buffers[next++ % 6] + 23;
	const int negative = value < 0;
	uint64_t rest = negative ? -(uint64_t)value : (uint64_t)value;
	*end = 0;
	do *--end = (char)('0' + rest % 10);
	while (rest /= 10);
	if (negative) *--end = '-';
	return end;
}

static int digits(const char **text, long limit, long *value) {
	const char *at = *text;
	*value = 0;
	while (*at >= '0' && *at <= '9') {
		*value = *value * 10 + (*at++ - '0');
		if (*value > limit) return 0;
	}
	const int any = at != *text;
	*text = at;
	return any;
}

/* A number with a unit, or 0; at most a month. */
static int parse_duration(const char *text, long *ms) {
	static const struct {
		const char *unit;
		long ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	const long month_ms = 2592000000;
	long amount;
	if (!digits(&text, month_ms, &amount)) return 0;
	if (!amount && !*text) {
		*ms = 0;
		return 1;
	}
	for (size_t index = 0; index < sizeof units / sizeof *units; index++)
		if (equal(text, units[index].unit)) {
			*ms = amount * units[index].ms;
			return *ms <= month_ms;
		}
	return 0;
}
#endif
