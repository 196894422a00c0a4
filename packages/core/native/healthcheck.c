/* healthcheck: one look at a server over HTTP, TCP or a unix socket, for the HEALTHCHECK of an image and for exec
 * probes. It resolves no names, speaks no TLS, and has one deadline, whatever the server does. */
#include "sys.h"
#include "text.h"

enum { DEFAULT_TIMEOUT_MS = 3000 };
enum { LONGEST_TARGET = 2000, LONGEST_AUTHORITY = 64, LONGEST_SOCKET_PATH = 107 };
enum { LONGEST_HEAD = 64 * 1024, LONGEST_BODY_READ = 64 * 1024 };
enum { FULL_QUEUE_PAUSE_MS = 10 };

/* The first two are exit codes. Docker knows no other, and reserves 2. */
enum verdict { HEALTHY = 0, UNHEALTHY = 1, NO_ANSWER };

static int alive;
static long timeout_ms;
static long share_ms, deadline_ms; /* of the target that is looked at */

static char line[4000]; /* what is said in the end, of one target or of several */
static int said;

static const char help[] =
	"Usage: healthcheck [--alive] [--timeout DURATION] TARGET...\n"
	"Looks once at a server. Exit code 0: healthy; 1: not, with the reason on stderr.\n"
	"  http://HOST:PORT/PATH        GET; healthy is 2xx and 3xx\n"
	"  http://unix:/SOCKET:/PATH    the same over a unix socket\n"
	"  tcp://HOST:PORT              healthy when it accepts a connection\n"
	"  unix:/SOCKET                 healthy when it accepts a connection\n"
	"HOST is localhost (127.0.0.1, then ::1) or an address: 127.0.0.1, [::1]. No names, no TLS.\n"
	"${NAME} and ${NAME:-text} in a TARGET are variables. Of several the first that answers decides.\n"
	"      --alive               a 503 with a Boot-Phase header is healthy too: it still boots\n"
	"      --timeout DURATION    of the whole run; default 3s\n"
	"  -h, --help;  -V, --version\n"
	"HEALTHCHECK CMD [\"healthcheck\", \"http://localhost:${PORT:-3000}/healthz\"]\n";

static const char version[] = "healthcheck " VERSION "\n";

static long now_ms(void) {
	struct timespec now;
	(void)sys2(SYS_clock_gettime, CLOCK_MONOTONIC, &now); /* cannot fail */
	return now.seconds * 1000 + now.nanoseconds / 1000000;
}

static const char *find(const char *text, char wanted) {
	while (*text && *text != wanted) text++;
	return *text ? text : NULL;
}

/* Waits for events of a descriptor, or with -1 for the time alone. False when the time was over first. */
static int await_until(long until_ms, int fd, short events) {
	struct pollfd polled = {.fd = fd, .events = events};
	for (;;) {
		const long left = until_ms - now_ms();
		struct timespec limit = {0, 0};
		if (left > 0) limit = (struct timespec){left / 1000, left % 1000 * 1000000};
		const long ready = sys5(SYS_ppoll, &polled, 1, &limit, NULL, 8);
		if (ready != -EINTR) return ready > 0;
	}
}

static int await(int fd, short events) { return await_until(deadline_ms, fd, events); }

/* False when it was not taken whole. A pipe that is full and that nobody reads must not hold us beyond the timeout. */
static int print(int fd, const char *text, size_t length) {
	return await(fd, POLLOUT) && sys3(SYS_write, fd, text, length) == (ssize_t)length;
}

/* --- targets ---------------------------------------------------------------------------------------------------- */

/* As the kernel has the three of them. */
struct address {
	uint16_t family, port; /* the port in network order */
	union {
		uint8_t v4[4];
		struct {
			uint32_t flow;
			uint8_t address[16];
			uint32_t scope;
		} v6;
	} at;
};

struct socket_path {
	uint16_t family;
	char path[LONGEST_SOCKET_PATH + 1];
};

static struct {
	char text[LONGEST_TARGET + 1]; /* with its variables in place */
	char shown[LONGEST_TARGET + 1]; /* without what may be secret */
	char authority[LONGEST_AUTHORITY];
	const char *path; /* in text, from the slash or the question mark on; NULL: not HTTP */
	int is_local_host; /* 127.0.0.1 first, then ::1 */
	struct address address;
	struct socket_path socket; /* when its family is set */
} target;

/* One reason more, after those of earlier targets. */
#define because(...) (append(line, said++ ? "; " : "healthcheck: ", ""), append(line, __VA_ARGS__, ""))

static int is_name_character(char byte, int first) {
	return byte == '_' || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	       (!first && byte >= '0' && byte <= '9');
}

/* The value of the variable of that name, which ends where its letters end; or NULL. */
static const char *variable(const char *name, size_t length, char **envp) {
	for (; *envp; envp++) {
		size_t at = 0;
		while (at < length && (*envp)[at] == name[at]) at++;
		if (at == length && (*envp)[at] == '=') return *envp + at + 1;
	}
	return NULL;
}

static int put(size_t *used, const char *from, size_t length) {
	if (length > LONGEST_TARGET - *used) return 0;
	memcpy(target.text + *used, from, length);
	target.text[*used += length] = 0;
	return 1;
}

/* Puts the text of ${NAME} or ${NAME:-text} into the target. Returns what stands behind it, or NULL. */
static const char *expand_variable(const char *at, size_t *used, char **envp) {
	const char *name = at + 2;
	size_t length = 0;
	while (is_name_character(name[length], !length)) length++;
	const char *rest = name + length, *fallback = after_prefix(rest, ":-"), *end = fallback ? find(fallback, '}') : rest;
	if (!length || !end || *end != '}') {
		because("a variable is written ${NAME} or ${NAME:-text}, and a dollar before a brace $$");
		return NULL;
	}
	const char *value = variable(name, length, envp);
	size_t value_length;
	if (fallback && (!value || !*value)) value = fallback, value_length = (size_t)(end - fallback);
	else if (value) value_length = length_of(value);
	else {
		char shown[64];
		const size_t shown_length = length < sizeof shown ? length : sizeof shown - 1;
		memcpy(shown, name, shown_length);
		shown[shown_length] = 0;
		because("the variable %1 is not set; ${%1:-text} would be text then", shown);
		return NULL;
	}
	if (put(used, value, value_length)) return end + 1;
	because("a target is longer than %1 bytes", number(LONGEST_TARGET));
	return NULL;
}

/* As in a config of twenty-init: a dollar that begins nothing stays, and what a variable holds is taken as it is. */
static int expand(const char *written, char **envp) {
	size_t used = 0;
	*target.text = 0;
	while (*written) {
		if (after_prefix(written, "${")) {
			written = expand_variable(written, &used, envp);
			if (!written) return 0;
			continue;
		}
		if (!put(&used, written, 1)) {
			because("a target is longer than %1 bytes", number(LONGEST_TARGET));
			return 0;
		}
		written += after_prefix(written, "$$") ? 2 : 1;
	}
	return 1;
}

static int parse_v4(const char **text, uint8_t *address) {
	for (int index = 0; index < 4; index++) {
		long value;
		if (index && *(*text)++ != '.') return 0;
		/* 010 is 8 for some, and 10 for others. */
		if (**text == '0' && (*text)[1] >= '0' && (*text)[1] <= '9') return 0;
		if (!digits(text, 255, &value)) return 0;
		address[index] = (uint8_t)value;
	}
	return 1;
}

static int hex_digit(char byte) {
	if (byte >= '0' && byte <= '9') return byte - '0';
	byte |= 'a' - 'A';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Up to the closing bracket. */
static int parse_v6(const char **text, uint8_t *address) {
	uint8_t bytes[16];
	int used = 0, gap = -1;
	const char *at = *text, *v4;
	if (after_prefix(at, "::")) gap = 0, at += 2;
	while (*at != ']') {
		if (used == 16) return 0;
		int value = 0, length = 0;
		for (v4 = at; length < 4 && hex_digit(*at) >= 0; length++) value = value * 16 + hex_digit(*at++);
		if (!length) return 0;
		if (*at == '.') {
			if (used > 12 || !parse_v4(&v4, bytes + used)) return 0;
			used += 4;
			at = v4;
			break;
		}
		bytes[used++] = (uint8_t)(value >> 8);
		bytes[used++] = (uint8_t)value;
		if (*at == ']') break;
		if (*at++ != ':' || *at == ']') return 0;
		if (*at == ':') {
			if (gap >= 0) return 0;
			gap = used;
			at++;
		}
	}
	if (*at != ']' || (gap < 0 ? used != 16 : used > 14)) return 0;
	if (gap < 0) gap = used;
	memset(address, 0, 16);
	memcpy(address, bytes, (size_t)gap);
	memcpy(address + 16 - (used - gap), bytes + gap, (size_t)(used - gap));
	*text = at + 1;
	return 1;
}

/* The functions below return what is wrong, or NULL. */

static const char *parse_authority(const char *text, size_t length, long port) {
	const char *at = target.authority, *rest;
	if (length >= LONGEST_AUTHORITY) length = LONGEST_AUTHORITY - 1, port = -1;
	memcpy(target.authority, text, length);
	target.authority[length] = 0;
	rest = after_prefix(at, "localhost");
	if (find(at, '@')) return "a user and a password are not sent: have a path that needs none";
	if (rest && (!*rest || *rest == ':')) {
		target.is_local_host = 1;
		at = rest;
	} else if (*at == '[') {
		at++;
		target.address.family = AF_INET6;
		if (!parse_v6(&at, target.address.at.v6.address)) return "in the brackets is no IPv6 address, such as ::1";
	} else {
		target.address.family = AF_INET;
		if (!parse_v4(&at, target.address.at.v4) || (*at && *at != ':'))
			return "host names are not looked up: write localhost, or an address such as 127.0.0.1 or [::1]";
	}
	if (port < 0) return "that is longer than an address and a port";
	if (*at == ':') {
		at++;
		if (!digits(&at, 65535, &port) || *at || !port) return "the port is no number from 1 to 65535";
	} else if (*at || !port) return "the port is missing, as in tcp://localhost:5432";
	target.address.port = (uint16_t)(port << 8 | port >> 8);
	return NULL;
}

static const char *parse_socket(const char *path, size_t length) {
	if (*path != '/') return "the path of a socket begins with /, as in unix:/run/app.sock";
	if (length > LONGEST_SOCKET_PATH) return "the path of a socket has at most 107 bytes";
	target.socket.family = AF_UNIX;
	memcpy(target.socket.path, path, length);
	target.socket.path[length] = 0;
	return NULL;
}

static const char *parse_http(const char *at) {
	const char *socket = after_prefix(at, "unix:"), *problem;
	const char *end = socket ? socket : at;
	while (*end && (socket ? *end != ':' : *end != '/' && *end != '?' && *end != '#')) end++;
	if (socket) {
		problem = parse_socket(socket, (size_t)(end - socket));
		memcpy(target.authority, "localhost", sizeof "localhost");
		if (*end) end++;
	} else problem = parse_authority(at, (size_t)(end - at), 80);
	if (problem) return problem;
	target.path = end;
	char *rest = target.text + (end - target.text);
	for (; *rest && *rest != '#'; rest++)
		if (*rest <= ' ' || *rest >= 127)
			return "a space, a control character or one that is not ASCII is written as in %20";
	*rest = 0; /* no client sends a fragment */
	return NULL;
}

static const char *parse_target(void) {
	const char *rest;
	if ((rest = after_prefix(target.text, "http://"))) return parse_http(rest);
	if ((rest = after_prefix(target.text, "tcp://")))
		return parse_authority(rest, length_of(rest), 0);
	if ((rest = after_prefix(target.text, "unix:"))) return parse_socket(rest, length_of(rest));
	if (after_prefix(target.text, "https://"))
		return "TLS is not looked at: name a plain port, http://HOST:PORT/PATH, or tcp://HOST:PORT for whether it listens";
	return "a target is http://HOST:PORT/PATH, tcp://HOST:PORT or unix:/SOCKET";
}

/* Never a query, which may hold a token. */
static void show_target(void) {
	char *shown = target.shown;
	for (const char *from = target.text; *from && *from != '?' && *from != '#';) *shown++ = *from++;
	*shown = 0;
}

/* No more than the scheme of what was refused and may hold a password: it is not known where that ends. */
static void hide_target(void) {
	const char *scheme = find(target.shown, ':');
	size_t length = scheme && after_prefix(scheme, "://") ? (size_t)(scheme + 3 - target.shown) : 0;
	memcpy(target.shown + length, "***", sizeof "***");
}

/* False when it was refused, which has been noted. */
static int read_target(const char *written, char **envp) {
	if (!expand(written, envp)) return 0;
	target.path = NULL;
	target.is_local_host = 0;
	memset(&target.address, 0, sizeof target.address);
	target.socket.family = 0;
	show_target();
	const char *password = find(target.text, '@'), *problem = parse_target();
	if (!problem) return 1;
	if (password) hide_target();
	because("%1: %2", target.shown, problem);
	return 0;
}

/* --- the connection --------------------------------------------------------------------------------------------- */

/* Where nobody listens on a port from which the kernel takes those of clients, one connection in some ten thousand finds
 * itself: TCP's simultaneous open. */
static int is_connected_to_itself(long fd) {
	uint8_t own[sizeof(struct address)] = {0}, peer[sizeof(struct address)] = {0};
	int own_length = sizeof own, peer_length = sizeof peer;
	if (sys3(SYS_getsockname, fd, own, &own_length) < 0 || sys3(SYS_getpeername, fd, peer, &peer_length) < 0) return 0;
	for (size_t index = 0; index < sizeof own; index++)
		if (own[index] != peer[index]) return 0;
	return 1;
}

/* Of a connection that was begun: 0 or -errno. */
static long connected(long fd) {
	int error = 0, length = sizeof error;
	if (!await((int)fd, POLLOUT)) return -ETIMEDOUT;
	const long result = sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (result < 0 || error) return result < 0 ? result : -error;
	return is_connected_to_itself(fd) ? -ECONNREFUSED : 0;
}

/* A socket, or -errno; -ETIMEDOUT is ours, too. */
static long connect_to(const void *address, size_t length) {
	const int family = *(const uint16_t *)address;
	const long fd = sys3(SYS_socket, family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0) return fd;
	long result;
	/* The queue of a unix socket is full, and nothing tells when it is not. */
	while ((result = sys3(SYS_connect, fd, address, length)) == -EAGAIN && now_ms() < deadline_ms) {
		const long pause_ms = now_ms() + FULL_QUEUE_PAUSE_MS;
		(void)await_until(pause_ms < deadline_ms ? pause_ms : deadline_ms, -1, 0); /* nothing but time passes */
	}
	if (result == -EAGAIN) result = -ETIMEDOUT;
	if (family != AF_UNIX && (result == 0 || result == -EINPROGRESS)) result = connected(fd);
	if (result == 0) return fd;
	(void)sys1(SYS_close, fd); /* nothing was sent */
	return result;
}

static long connect_local_host(void) {
	struct address *address = &target.address;
	memset(&address->at, 0, sizeof address->at);
	address->family = AF_INET;
	address->at.v4[0] = 127;
	address->at.v4[3] = 1;
	const long first = connect_to(address, sizeof *address);
	if (first >= 0 || first == -ETIMEDOUT) return first;
	memset(&address->at, 0, sizeof address->at);
	address->family = AF_INET6;
	address->at.v6.address[15] = 1;
	const long second = connect_to(address, sizeof *address);
	return second >= 0 || second == -ETIMEDOUT ? second : first;
}

static long open_connection(void) {
	if (target.socket.family) return connect_to(&target.socket, sizeof target.socket);
	return target.is_local_host ? connect_local_host() : connect_to(&target.address, sizeof target.address);
}

static void no_connection(long error) {
	static const struct {
		int error;
		const char *text;
	} reasons[] = {
		{ECONNREFUSED, "connection refused: nothing listens there"},
		{ENOENT, "there is no such socket"},
		{ENOTDIR, "there is no such socket"},
		{EACCES, "permission denied"},
		{EPERM, "not permitted"},
		{EPROTOTYPE, "it is a socket of another kind, not a stream"},
		{EAFNOSUPPORT, "this system has no such addresses"},
		{EADDRNOTAVAIL, "this system has no such address"},
		{ENETUNREACH, "no network leads there"},
		{EHOSTUNREACH, "no route leads there"},
		{ECONNRESET, "the connection was reset"},
		{EMFILE, "no descriptor is left"},
	};
	if (error == ETIMEDOUT) {
		because("%1: no connection in %2 ms", target.shown, number(share_ms));
		return;
	}
	for (size_t index = 0; index < sizeof reasons / sizeof *reasons; index++)
		if (reasons[index].error == error) {
			because("%1: %2", target.shown, reasons[index].text);
			return;
		}
	because("%1: cannot connect: error %2", target.shown, number(error));
}

/* --- the answer ------------------------------------------------------------------------------------------------- */

static struct {
	size_t received; /* bytes, of interim answers too */
	int status; /* 0: its line is not over yet */
	size_t line_length;
	char line[128]; /* the one that is being read, as far as it fits */
	int has_phase;
	char phase[65];
	int begins_as_tls;
} answer;

enum progress { MORE, COMPLETE, NOT_HTTP, TOO_LONG };

static int fits_status_line(size_t at, char byte) {
	static const char form[] = "HTTP/1.9 999";
	if (at < sizeof form - 1) return form[at] == '9' ? byte >= '0' && byte <= '9' : byte == form[at];
	return at > sizeof form - 1 || byte == ' ' || byte == '\r' || byte == '\n';
}

/* Of the field, if it is that one, whatever the case of its letters. */
static const char *value_of(const char *field, const char *lower_name) {
	for (; *lower_name; field++, lower_name++)
		if (*field != *lower_name && (*field < 'A' || *field > 'Z' || (*field | ('a' - 'A')) != *lower_name)) return NULL;
	while (*field == ' ' || *field == '\t') field++;
	return field;
}

static enum progress end_of_line(void) {
	size_t length = answer.line_length < sizeof answer.line ? answer.line_length : sizeof answer.line - 1;
	if (length && answer.line[length - 1] == '\r') length--;
	answer.line[length] = 0;
	answer.line_length = 0;
	if (!answer.status) {
		const char *status = answer.line + sizeof "HTTP/1.1";
		answer.status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
		return answer.status < 100 ? NOT_HTTP : MORE;
	}
	if (*answer.line) {
		const char *phase = value_of(answer.line, "boot-phase:");
		if (!phase) return MORE;
		answer.has_phase = 1;
		*answer.phase = 0;
		append(answer.phase, "%1", phase);
		return MORE;
	}
	/* An interim answer, which the real one follows; 101 would be another protocol, which nobody has asked for. */
	if (answer.status >= 200 || answer.status == 101) return COMPLETE;
	answer.status = 0;
	answer.has_phase = 0;
	return MORE;
}

static enum progress take(char byte) {
	if (!answer.status && !fits_status_line(answer.line_length, byte)) return NOT_HTTP;
	if (++answer.received > LONGEST_HEAD) return TOO_LONG;
	if (byte == '\n') return end_of_line();
	if (answer.line_length < sizeof answer.line - 1) answer.line[answer.line_length] = byte;
	answer.line_length++;
	return MORE;
}

static enum verdict judge(void) {
	const int status = answer.status;
	if (status >= 200 && status < 400) return HEALTHY;
	if (status != 503 || !answer.has_phase) because("%1: answered %2", target.shown, number(status));
	else if (alive) return HEALTHY;
	else because("%1: answered 503, it still boots: %2", target.shown, answer.phase);
	return UNHEALTHY;
}

/* The connection ended, or the time: with or without a part of an answer. */
static enum verdict no_answer(long result) {
	const char *end = result == 0 ? "closed the connection" : "reset the connection";
	if (result == -ETIMEDOUT)
		because(answer.received ? "%1: the headers of its answer did not end in %2 ms" : "%1: connected, but no answer in %2 ms",
			target.shown, number(share_ms));
	else if (result != 0 && result != -ECONNRESET && result != -EPIPE)
		because("%1: cannot read its answer: error %2", target.shown, number(-result));
	else
		because(answer.received ? "%1: %2 in the middle of its headers" : "%1: %2 without an answer", target.shown, end);
	return NO_ANSWER;
}

/* Like write and read, but for waiting until the deadline: then -ETIMEDOUT. */
static long transfer(long call, short event, long fd, void *data, size_t size) {
	for (;;) {
		const long result = sys3(call, fd, data, size);
		if (result != -EAGAIN) return result;
		if (!await((int)fd, event)) return -ETIMEDOUT;
	}
}

static long send_request(long fd) {
	static char request[LONGEST_TARGET + 300];
	const char *const parts[] = {
		"GET ", *target.path == '/' ? "" : "/", target.path, " HTTP/1.1\r\nHost: ", target.authority,
		"\r\nUser-Agent: healthcheck/" VERSION "\r\nAccept: */*\r\nConnection: close\r\n\r\n"};
	size_t length = 0;
	for (size_t index = 0; index < sizeof parts / sizeof *parts; index++) {
		const size_t part = length_of(parts[index]);
		memcpy(request + length, parts[index], part);
		length += part;
	}
	for (size_t sent = 0; sent < length;) {
		const long result = transfer(SYS_write, POLLOUT, fd, request + sent, length - sent);
		if (result < 0) return result;
		sent += (size_t)result;
	}
	return 0;
}

static char buffer[16 * 1024];

/* What is there of the body already. To close a socket with something unread in it resets the connection, and servers
 * write that into their logs. */
static void read_rest(long fd, long length) {
	for (size_t total = 0; length == sizeof buffer && total < LONGEST_BODY_READ; total += (size_t)length) {
		length = sys3(SYS_read, fd, buffer, sizeof buffer);
		if (length < 0) return;
	}
}

static enum verdict ask(long fd) {
	memset(&answer, 0, sizeof answer);
	long length = send_request(fd);
	if (length < 0) return no_answer(length);
	for (;;) {
		length = transfer(SYS_read, POLLIN, fd, buffer, sizeof buffer);
		if (length <= 0) return no_answer(length);
		/* An alert or a handshake. */
		if (!answer.received) answer.begins_as_tls = *buffer == 0x15 || *buffer == 0x16;
		for (long index = 0; index < length; index++)
			switch (take(buffer[index])) {
				case MORE:
					break;
				case COMPLETE:
					read_rest(fd, length);
					return judge();
				case NOT_HTTP:
					because(answer.begins_as_tls ? "%1: it speaks TLS there, which is not looked at: name a plain port"
								     : "%1: what it answered is not HTTP/1",
						target.shown);
					return NO_ANSWER;
				case TOO_LONG:
					because("%1: the headers of its answer are longer than 64 KB", target.shown);
					return NO_ANSWER;
			}
	}
}

/* --- main ------------------------------------------------------------------------------------------------------- */

static enum verdict look(void) {
	const long fd = open_connection();
	if (fd < 0) {
		no_connection(-fd);
		return NO_ANSWER;
	}
	const enum verdict verdict = target.path ? ask(fd) : HEALTHY;
	(void)sys1(SYS_close, fd); /* before a line is said: where stderr was closed it is descriptor 2 */
	return verdict;
}

/* Targets in their order, each with its part of the time that is left. */
static enum verdict look_at_each(char **targets, char **envp) {
	const long end_ms = now_ms() + timeout_ms;
	int left = 0;
	while (targets[left]) left++;
	for (; *targets; targets++, left--) {
		const long now = now_ms();
		share_ms = (end_ms - now) / left;
		deadline_ms = now + share_ms;
		(void)read_target(*targets, envp); /* was right before */
		const enum verdict verdict = look();
		if (verdict != NO_ANSWER) return verdict;
	}
	return UNHEALTHY;
}

/* 1 when the option has the value that is its own, in this argument or in the next, which is taken then; 0 when it is
 * another option; -1 when it is wrong. */
static int takes_timeout(char ***argv) {
	const char *value = after_prefix(**argv, "--timeout");
	if (!value || (*value && *value != '=')) return 0;
	if (*value) value++;
	else value = *++*argv;
	if (!value) because("option --timeout needs a value; try healthcheck --help");
	else if (!parse_duration(value, &timeout_ms) || timeout_ms == 0)
		because("bad value \"%1\" for --timeout: expected a duration with a unit, such as 3s", value);
	else return 1;
	return -1;
}

static enum verdict tell(const char *text, size_t length) {
	if (print(1, text, length)) return HEALTHY;
	because("cannot write to stdout");
	return UNHEALTHY;
}

/* Moves the targets to the front. NO_ANSWER when they are to be looked at; HEALTHY after --help, UNHEALTHY when something
 * is wrong. */
static enum verdict configure(char **argv, char **envp) {
	char **targets = argv;
	int options_are_over = 0, asks = 0;
	size_t count = 0;
	for (; *argv; argv++) {
		const char *argument = *argv;
		if (options_are_over || *argument != '-') targets[count++] = *argv;
		else if (equal(argument, "--")) options_are_over = 1;
		else if (equal(argument, "--alive")) alive = 1;
		else if (equal(argument, "--help") || equal(argument, "-h"))
			return tell(help, sizeof help - 1);
		else if (equal(argument, "--version") || equal(argument, "-V"))
			return tell(version, sizeof version - 1);
		else {
			const int took = takes_timeout(&argv);
			if (!took) because("unknown option %1; try healthcheck --help", argument);
			if (took <= 0) return UNHEALTHY;
		}
	}
	targets[count] = NULL;
	if (!count) because("no TARGET to look at; try healthcheck --help");
	for (size_t index = 0; index < count; index++) {
		if (!read_target(targets[index], envp)) return UNHEALTHY;
		asks |= target.path != NULL;
	}
	if (count && alive && !asks) because("--alive is about an answer over HTTP, and no target is http://");
	return said ? UNHEALTHY : NO_ANSWER;
}

static int healthcheck(char **argv, char **envp) {
	static const uint64_t pipe_signal = 1UL << (SIGPIPE - 1);
	(void)sys4(SYS_rt_sigprocmask, SIG_BLOCK, &pipe_signal, NULL, 8); /* valid arguments: cannot fail */
	timeout_ms = DEFAULT_TIMEOUT_MS; /* not in a segment of its own for initialised data: 4 KB */
	deadline_ms = now_ms() + timeout_ms;
	if (*argv) argv++;
	enum verdict verdict = configure(argv, envp);
	if (verdict == NO_ANSWER) verdict = look_at_each(argv, envp);
	if (verdict == HEALTHY) return HEALTHY;
	const size_t length = length_of(line);
	line[length] = '\n'; /* one write of less than a pipe takes whole */
	(void)print(2, line, length + 1); /* nobody left to tell */
	return UNHEALTHY;
}

#ifdef HOSTED /* with a C library below it, for sanitizers and Valgrind */
int main(int argc, char **argv, char **envp) {
	(void)argc;
	return healthcheck(argv, envp);
}
#else
/* The stack as the kernel made it. */
__attribute__((noreturn, used)) void start(long *stack) {
	const long argc = *stack;
	char **argv = (char **)(stack + 1);
	sys1(SYS_exit_group, healthcheck(argv, argv + argc + 1));
	__builtin_unreachable();
}
#endif
