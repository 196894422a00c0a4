/* pid1: starts one program as PID 1 of a container, forwards every signal to it, reaps every orphan, and ends with the
 * program's exit code; with --grace it ends the whole process tree in order. Under the name of tini, docker-init,
 * dumb-init, catatonit or podman-init it has that program's interface: see personalities.h.
 *
 * The handoff, protocol version 1. The environment of the child holds PID1_HANDOFF=1:PID, where PID is that of pid1.
 * The main child, and nobody else, may send it signal 64 with SI_QUEUE and a 64-bit value:
 *
 *   bits 63-48  0x5049
 *   bit  47     "forwarded" counts as success, as with --expect forwarded
 *   bits 46-22  the grace period in ms, as with --grace; 0 leaves what the command line says
 *   bits 21-0   the process that is the main child from now on: the sender itself, which then replaces its program,
 *               or a descendant. 0: the sender will hand off later. Until then real-time signals wait in the queue,
 *               because Node cannot receive them, and are delivered to the process that is handed over.
 *
 * SIGURG is the answer when it was accepted. */
#include "sys.h"
#include "text.h"

enum { EXIT_SIGNAL = 128, EXIT_KILLED = 137 };
enum { HANDOFF_SIGNAL = 64, HANDOFF_MAGIC = 0x5049, RT_MINIMUM = 32 };
enum { FORWARDED = 256 }; /* the place of "forwarded" in config.expected */
enum { DROPPED_SIGNAL = 255 };
enum { ZOMBIE_INTERVAL_MS = 10000 };
enum { LONGEST_KILL_MS = 2000 };
enum { REAPED_A_TURN = 100 }; /* then signals have their turn: a flood of orphans must not hold one up */

static struct config {
	int no_subreaper, group, setsid, setsid_off, debug, pause, exec, foreground, node, warn_reaped, zombies, verbosity;
	int parent_death;
	long parent, error_fd, nofile; /* parent 0: the one that we find; error_fd, nofile -1: none */
	long grace_ms; /* 0: off */
	struct ids {
		size_t count; /* of groups; 0: nobody is named */
		uint32_t uid, groups[256]; /* the first is the group */
	} user;
	uint8_t expected[FORWARDED + 1];
	uint8_t rewritten[SIGNALS + 1]; /* 0: as it is */
	uint32_t delay_ms[SIGNALS + 1];
} config;

static struct {
	pid_t pid, group;
	int ended, status, stopped;
	int stop_forwarded; /* its stop was asked for, not typed at the terminal */
	pid_t sender; /* who handed it over and has not ended yet; 0: nobody */
} child;

static int exit_code_of(int status) {
	const int signal = status & 0x7f;
	return signal ? EXIT_SIGNAL + signal : status >> 8 & 0xff;
}

static pid_t own_pid;
static uint64_t stops_forwarded; /* what TERM, INT and QUIT became on their way to the child */
static int stops_received, interrupts;
static long deadline_ms; /* 0: the clock does not run */
static int holds_real_time;
/* The signal of the handoff itself cannot wait in the kernel's queue, as others can: a message may stand behind it. */
static struct siginfo held_back[64] RARELY_TOUCHED;
static size_t held_back_count;
static int has_foreground; /* was handed to the child */

/* --- text ------------------------------------------------------------------------------------------------------- */

static const char *base_name(const char *path) {
	const char *base = path;
	while (*path)
		if (*path++ == '/') base = path;
	return base;
}

/* The nth text, from 0, of several that follow each other. */
static const char *nth(const char *texts, int n) {
	while (n--) texts += length_of(texts) + 1;
	return texts;
}

/* As the C library says it, because scripts look for these words behind a peer's name. */
static const char *error_text(long error) {
	static const uint8_t errors[] = {EPERM, ENOENT, ESRCH, E2BIG, ENOEXEC, EAGAIN, ENOMEM,
					 EACCES, ENOTDIR, EINVAL, ETXTBSY, ENAMETOOLONG, ELOOP};
	static const char texts[] =
		"Operation not permitted\0No such file or directory\0No such process\0Argument list too long\0"
		"Exec format error\0Resource temporarily unavailable\0Cannot allocate memory\0Permission denied\0"
		"Not a directory\0Invalid argument\0Text file busy\0File name too long\0"
		"Too many levels of symbolic links\0";
	static char unknown[32];
	for (size_t index = 0; index < sizeof errors; index++)
		if (errors[index] == error) return nth(texts, (int)index);
	*unknown = 0;
	append(unknown, "error %1", number(error));
	return unknown;
}

/* --- signals ---------------------------------------------------------------------------------------------------- */

/* From 1 to 31. */
static const char signal_names[] =
	"HUP\0" "INT\0" "QUIT\0" "ILL\0" "TRAP\0" "ABRT\0" "BUS\0" "FPE\0" "KILL\0" "USR1\0" "SEGV\0" "USR2\0" "PIPE\0"
	"ALRM\0" "TERM\0" "STKFLT\0" "CHLD\0" "CONT\0" "STOP\0" "TSTP\0" "TTIN\0" "TTOU\0" "URG\0" "XCPU\0" "XFSZ\0"
	"VTALRM\0" "PROF\0" "WINCH\0" "IO\0" "PWR\0" "SYS\0";

/* As strsignal() has them. */
static const char signal_descriptions[] =
	"Hangup\0" "Interrupt\0" "Quit\0" "Illegal instruction\0" "Trace/breakpoint trap\0" "Aborted\0" "Bus error\0"
	"Floating point exception\0" "Killed\0" "User defined signal 1\0" "Segmentation fault\0"
	"User defined signal 2\0" "Broken pipe\0" "Alarm clock\0" "Terminated\0" "Stack fault\0" "Child exited\0"
	"Continued\0" "Stopped (signal)\0" "Stopped\0" "Stopped (tty input)\0" "Stopped (tty output)\0"
	"Urgent I/O condition\0" "CPU time limit exceeded\0" "File size limit exceeded\0" "Virtual timer expired\0"
	"Profiling timer expired\0" "Window changed\0" "I/O possible\0" "Power failure\0" "Bad system call\0";

static int highest_number(void);

/* A name with or without SIG, RTMIN+N, RTMAX-N or a number; 0 when it is none. */
static int parse_signal(const char *text) {
	long value;
	const char *at = text;
	if (digits(&at, highest_number(), &value)) return *at ? 0 : (int)value;
	at = after_prefix(text, "SIG");
	if (at) text = at;
	for (int signal = 1; signal < RT_MINIMUM; signal++)
		if (equal(text, nth(signal_names, signal - 1))) return signal;
	const char *minimum = after_prefix(text, "RTMIN"), *maximum = after_prefix(text, "RTMAX");
	at = minimum ? minimum : maximum;
	if (!at) return 0;
	value = 0;
	if (*at && (*at++ != (minimum ? '+' : '-') || !digits(&at, 30, &value) || *at)) return 0;
	return minimum ? 34 + (int)value : 64 - (int)value;
}

static const char *signal_name(int signal) {
	return signal > 0 && signal < RT_MINIMUM ? nth(signal_names, signal - 1) : number(signal);
}

static const char *signal_description(int signal) {
	static char text[32];
	if (signal < RT_MINIMUM) return nth(signal_descriptions, signal - 1);
	*text = 0;
	append(text, "Real-time signal %1", number(signal - 34));
	return text;
}

static int is_stop_request(int signal) { return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT; }
static int is_terminal_stop(int signal) { return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

/* --- the options' values ---------------------------------------------------------------------------------------- */

static int parse_switch(const char *value, int *on) {
	if (!value || equal(value, "1") || equal(value, "yes") || equal(value, "true") || equal(value, "on")) *on = 1;
	else if (!*value || equal(value, "0") || equal(value, "no") || equal(value, "false") || equal(value, "off")) *on = 0;
	else return 0;
	return 1;
}

static int set_subreaper(const char *value) {
	int on;
	if (!parse_switch(value, &on)) return 0;
	config.no_subreaper = !on;
	return 1;
}

static int set_no_subreaper(const char *value) { return parse_switch(value, &config.no_subreaper); }
static int set_group(const char *value) { return parse_switch(value, &config.group); }
static int set_setsid(const char *value) { return parse_switch(value, &config.setsid); }
static int set_pause(const char *value) { return parse_switch(value, &config.pause); }
static int set_exec(const char *value) { return parse_switch(value, &config.exec); }
static int set_node(const char *value) { return parse_switch(value, &config.node); }
static int set_foreground(const char *value) { return parse_switch(value, &config.foreground); }
static int set_warn_reaped(const char *value) { return parse_switch(value, &config.warn_reaped); }
static int set_zombies(const char *value) { return parse_switch(value, &config.zombies); }

static int set_verbose(const char *value) {
	int on;
	if (!parse_switch(value, &on)) return 0;
	config.verbosity += on;
	return 1;
}

static int set_single_child(const char *value) {
	(void)value; /* it takes none */
	config.setsid = config.group = 0;
	return 1;
}

static int set_parent_death(const char *value) {
	config.parent_death = parse_signal(value);
	return config.parent_death != 0;
}

static int parse_number(const char *value, long *number) { return digits(&value, 1L << 40, number) && !*value; }

static int set_parent(const char *value) { return parse_number(value, &config.parent); }
static int set_error_fd(const char *value) { return parse_number(value, &config.error_fd); }
static int set_nofile(const char *value) { return parse_number(value, &config.nofile); }

/* The largest number stands for no id at all. */
static int parse_id(const char **text, uint32_t *id) {
	long value;
	if (!digits(text, 0xfffffffeL, &value)) return 0;
	*id = (uint32_t)value;
	return 1;
}

static int set_user(const char *value) {
	struct ids *const user = &config.user;
	user->count = 0;
	if (!parse_id(&value, &user->uid) || *value++ != ':') return 0;
	do
		if (user->count == sizeof user->groups / sizeof *user->groups || !parse_id(&value, &user->groups[user->count++]))
			return 0;
	while (*value == ',' && value++);
	return !*value;
}

static int set_grace(const char *value) { return parse_duration(value, &config.grace_ms); }

/* Calls set for each item of a list with commas. */
static int each_item(const char *value, int (*set)(char *item)) {
	char item[48];
	for (;;) {
		size_t used = 0;
		while (*value && *value != ',') {
			if (used == sizeof item - 1) return 0;
			item[used++] = *value++;
		}
		item[used] = 0;
		if (!set(item)) return 0;
		if (!*value++) return 1;
	}
}

static int expect_item(char *item) {
	long low, high;
	const char *at = item;
	if (equal(item, "forwarded")) {
		config.expected[FORWARDED] = 1;
		return 1;
	}
	if (digits(&at, 255, &low)) {
		high = low;
		if (*at == '-') {
			at++;
			if (!digits(&at, 255, &high)) return 0;
		}
		if (*at || high < low) return 0;
	} else {
		const int signal = parse_signal(item);
		if (!signal) return 0;
		low = high = EXIT_SIGNAL + signal;
	}
	for (; low <= high; low++) config.expected[low] = 1;
	return 1;
}

static int set_expect(const char *value) { return each_item(value, expect_item); }

/* Ends the first half at the separator; returns the second, or NULL. */
static char *split(char *item, char separator) {
	while (*item && *item != separator) item++;
	if (!*item) return NULL;
	*item = 0;
	return item + 1;
}

static int rewrite_item(char *item) {
	const char *to = split(item, ':');
	const int from = parse_signal(item);
	if (!to || !from || from == SIGKILL || from == SIGSTOP || from == SIGCHLD) return 0;
	const int signal = !*to || equal(to, "0") ? DROPPED_SIGNAL : parse_signal(to);
	config.rewritten[from] = (uint8_t)signal;
	return signal != 0;
}

static int set_rewrite(const char *value) { return each_item(value, rewrite_item); }

static int delay_item(char *item) {
	const char *duration = split(item, '=');
	const int signal = parse_signal(item);
	long ms;
	if (!duration || !signal || signal == SIGKILL || signal == SIGSTOP || signal == SIGCHLD) return 0;
	if (!parse_duration(duration, &ms)) return 0;
	config.delay_ms[signal] = (uint32_t)ms;
	return 1;
}

static int set_delay(const char *value) { return each_item(value, delay_item); }

/* The peers' variables. Whatever is not plainly an off switches on, the empty value too, as they have it. */

static int is_on(const char *value) {
	int on = 1;
	return !*value || !parse_switch(value, &on) || on;
}

static int env_subreaper(const char *value) { return set_subreaper(is_on(value) ? "1" : "0"); }
static int env_group(const char *value) { return config.group = is_on(value), 1; }
static int env_debug(const char *value) { return config.debug = is_on(value), 1; }
static int env_dumb_debug(const char *value) { return config.debug = *value && is_on(value), 1; } /* there it has to be 1 */
static int env_setsid(const char *value) { return is_on(value) || (config.setsid_off = set_single_child(NULL)); }

static int env_verbosity(const char *value) {
	long level;
	config.verbosity = digits(&value, 9, &level) ? (int)level : config.verbosity;
	return 1;
}

/* Takes a signal of the set from the queue, if there is one. Returns it, or 0. */
static int queued_signal(uint64_t set, struct siginfo *info) {
	static const struct timespec at_once;
	const long signal = sys4(SYS_rt_sigtimedwait, &set, info, &at_once, 8);
	return signal > 0 ? (int)signal : 0;
}

/* --- output ----------------------------------------------------------------------------------------------------- */

/* The type and permissions of a file; 0 when it cannot be seen. */
static uint32_t mode_of(int directory, const char *path, int flags) {
	uint8_t stat[256];
	uint32_t mode;
	if (sys4(SYS_newfstatat, directory, path, stat, flags) < 0) return 0;
	memcpy(&mode, stat + STAT_MODE, sizeof mode);
	return mode;
}

/* Through a pipe of our own, which is empty and takes it: splice alone has a flag of its own that forbids to wait. */
static long splice_at_once(int fd, const char *text, size_t length) {
	int pipe[2];
	long result = sys2(SYS_pipe2, pipe, O_CLOEXEC);
	if (result < 0) return result;
	result = sys3(SYS_write, pipe[1], text, length);
	if (result > 0) result = sys6(SYS_splice, pipe[0], NULL, fd, NULL, length, SPLICE_F_NONBLOCK);
	(void)sys1(SYS_close, pipe[0]); /* what was not taken is dropped */
	(void)sys1(SYS_close, pipe[1]);
	return result;
}

/* Writes without ever waiting, and drops what does not fit: a stop must not wait for a log that nobody reads. The open
 * file is the program's too, so that O_NONBLOCK on it would change the program's writes. Opened anew through /proc, a
 * pipe or a terminal has flags of its own; a file has a position of its own, too, and never makes one wait. */
static long write_at_once(int fd, const char *text, size_t length) {
	const uint32_t type = mode_of(fd, "", AT_EMPTY_PATH) & S_IFMT;
	if (type == S_IFSOCK) return sys6(SYS_sendto, fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	if (type != S_IFIFO && type != S_IFCHR) return sys3(SYS_write, fd, text, length);
	char path[32] = "";
	append(path, "/proc/self/fd/%1", number(fd));
	const long own = sys4(SYS_openat, AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (own >= 0) {
		const long result = sys3(SYS_write, own, text, length);
		(void)sys1(SYS_close, own); /* another one keeps the file open */
		return result;
	}
	if (own == -ENXIO) return own; /* nobody reads it any more */
	/* No /proc, or another user's pipe. */
	if (type == S_IFIFO) return splice_at_once(fd, text, length);
	static const struct timespec at_once;
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	if (sys5(SYS_ppoll, &room, 1, &at_once, NULL, 8) <= 0) return 0;
	return sys3(SYS_write, fd, text, length);
}

static void print(int fd, const char *text) {
	(void)write_at_once(fd, text, length_of(text)); /* nobody left to tell */
}

/* --- names ------------------------------------------------------------------------------------------------------ */
#include "personalities.h"

/* The variables that go with a name. */
static const struct {
	int of;
	const char *name;
	int (*set)(const char *value);
} variables[] = {
	{TINI, "TINI_SUBREAPER", env_subreaper},
	{TINI, "TINI_KILL_PROCESS_GROUP", env_group},
	{TINI, "TINI_VERBOSITY", env_verbosity},
	{DUMB_INIT, "DUMB_INIT_SETSID", env_setsid},
	{DUMB_INIT, "DUMB_INIT_DEBUG", env_dumb_debug},
	{CATATONIT, "CATATONIT_DEBUG", env_debug},
};

static const struct personality *self;

static int highest_number(void) { return self->highest_number; }

static void find_personality(const char *argv0) {
	const char *name = argv0 ? base_name(argv0) : "";
	self = personalities;
	for (size_t index = 0; index < sizeof personalities / sizeof *personalities; index++)
		for (const char *alias = personalities[index].argv0; *alias; alias = nth(alias, 1))
			if (equal(name, alias)) self = &personalities[index];
}

/* The text for a message's key, or NULL. */
static const char *find_message(const char *messages, char key) {
	for (; *messages; messages += length_of(messages) + 1)
		if (*messages == key) return messages + 1;
	return NULL;
}

/* Tells in one write, so that lines of several processes do not mix. The last argument is NULL. */
static void tell(const char *key, ...) {
	char line[LONGEST_ARGUMENT + 500];
	const char *text = find_message(self->messages, *key), *arguments[6];
	if (!text) text = find_message(personalities[0].messages, *key);
	if (!text || !*text) return;
	const int level = *text == '!' ? 0 : *text - '0';
	if (level > config.verbosity) return;
	size_t used = 0;
	if (*text != '!') {
		const char *const heading[] = {nth(self->levels, level), number(own_pid)};
		used = fill_in(line, used, sizeof line - 1, self->prefix, heading);
	}
	__builtin_va_list list;
	__builtin_va_start(list, key);
	for (int index = 0; index < 6 && (arguments[index] = __builtin_va_arg(list, const char *)); index++);
	__builtin_va_end(list);
	used = fill_in(line, used, sizeof line - 1, text + 1, arguments);
	line[used++] = '\n';
	/* Nobody reads it any more: the SIGPIPE is ours, not one to forward, nor one for the child to start with. */
	if (write_at_once(2, line, used) == -EPIPE) (void)queued_signal(bit(SIGPIPE), NULL);
}

#define tell(...) tell(__VA_ARGS__, NULL)
/* What only -v shows costs nothing without it, not even the search for its text. */
#define trace(...) (config.verbosity > 1 ? tell(__VA_ARGS__) : (void)0)

/* --- the command line ------------------------------------------------------------------------------------------- */

static const struct option {
	char letter;
	uint8_t letter_of, name_of; /* under which names there is this letter, and this long name */
	uint8_t takes_value;
	const char *name;
	int (*set)(const char *value); /* NULL: prints something, by its letter */
	const char *expected; /* NULL: a number, or nothing */
	uint8_t has_variable;
} options[] = {
	{'s', PID1 | TINI, PID1, 0, "subreaper", set_subreaper, "yes or no", 1},
	{0, 0, PID1, 0, "no-subreaper", set_no_subreaper, "yes or no", 1},
	{'g', PID1 | TINI | CATATONIT, PID1, 0, "group", set_group, "yes or no", 1},
	{'p', PID1 | TINI, PID1, 1, "parent-death", set_parent_death, "a signal, such as TERM", 1},
	{'e', PID1 | TINI, PID1, 1, "expect", set_expect, "exit codes, such as 143, TERM, 129-143 or forwarded", 1},
	{'r', PID1 | DUMB_INIT, PID1 | DUMB_INIT, 1, "rewrite", set_rewrite, "FROM:TO, such as TERM:QUIT or WINCH:0", 1},
	{'D', PID1, PID1, 1, "delay", set_delay, "SIGNAL=DURATION, such as TERM=5s", 1},
	{'t', PID1, PID1, 0, "setsid", set_setsid, "yes or no", 1},
	{'G', PID1, PID1, 1, "grace", set_grace, "a duration with a unit, such as 10s", 1},
	{'w', PID1 | TINI, PID1, 0, "warn-reaped", set_warn_reaped, "yes or no", 1},
	{'z', PID1, PID1, 0, "zombies", set_zombies, "yes or no", 1},
	{'v', PID1 | TINI | DUMB_INIT, PID1 | DUMB_INIT, 0, "verbose", set_verbose, "yes or no", 1},
	{'P', PID1 | CATATONIT, PID1, 0, "pause", set_pause, "yes or no", 1},
	{'c', DUMB_INIT, DUMB_INIT, 0, "single-child", set_single_child, NULL, 0},
	{'x', PID1, PID1, 0, "exec", set_exec, NULL, 0},
	{0, 0, PID1, 0, "node", set_node, NULL, 0},
	{0, 0, PID1, 0, "foreground", set_foreground, NULL, 0},
	{0, 0, PID1, 1, "user", set_user, "UID:GID[,GID...], in numbers", 0},
	{0, 0, PID1, 1, "parent", set_parent, NULL, 0},
	{0, 0, PID1, 1, "nofile", set_nofile, NULL, 0},
	{0, 0, PID1, 1, "error-fd", set_error_fd, NULL, 0},
	{'h', PID1 | TINI | DUMB_INIT | CATATONIT, PID1 | TINI | DUMB_INIT | CATATONIT, 0, "help", NULL, NULL, 0},
	{'V', PID1 | DUMB_INIT | CATATONIT, PID1 | TINI | DUMB_INIT | CATATONIT, 0, "version", NULL, NULL, 0},
	{'l', PID1 | TINI, PID1, 0, "licence", NULL, NULL, 0},
	{'L', CATATONIT, 0, 0, "licence", NULL, NULL, 0},
};
static const struct option *const options_end = options + sizeof options / sizeof *options;

static const char licence[] =
	"pid1 " VERSION ", MIT licence, copyright (c) 2026 the twenty-init authors\n"
	"\n"
	"Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated\n"
	"documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation\n"
	"the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and\n"
	"to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n"
	"\n"
	"The above copyright notice and this permission notice shall be included in all copies or substantial portions of\n"
	"the Software.\n"
	"\n"
	"THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO\n"
	"THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\n"
	"AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF\n"
	"CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS\n"
	"IN THE SOFTWARE.\n";

__attribute__((noreturn)) static void fail(void) {
	sys1(SYS_exit_group, self->own_failure);
	__builtin_unreachable();
}

__attribute__((noreturn)) static void fail_with_usage(void) {
	if (self->usage) print(2, self->usage);
	fail();
}

static void apply(const struct option *option, const char *shown, const char *value) {
	if (option->set) {
		if (option->set(value)) return;
		tell(BAD_VALUE, shown, value, option->expected ? option->expected : "a number");
		fail();
	}
	print(self->information_fd, option->letter == 'h' ? self->help : option->letter == 'V' ? self->version : licence);
	sys1(SYS_exit_group, 0);
}

/* --name, --name=value or --name value; returns the number of arguments used. */
static int long_option(char **argv) {
	for (const struct option *option = options; option < options_end; option++) {
		const char *rest = option->name_of & self->name ? after_prefix(*argv + 2, option->name) : NULL;
		if (!rest || (*rest && *rest != '=')) continue;
		if (*rest && !option->takes_value) {
			tell(UNWANTED_VALUE, *argv);
			fail_with_usage();
		}
		if (*rest || !option->takes_value) {
			apply(option, *argv, *rest ? rest + 1 : NULL);
			return 1;
		}
		if (!argv[1]) {
			tell(MISSING_VALUE, *argv);
			fail_with_usage();
		}
		apply(option, *argv, argv[1]);
		return 2;
	}
	tell(UNKNOWN_NAME, *argv);
	fail_with_usage();
}

/* -g, -gv, -G10s or -G 10s. */
static int short_options(char **argv) {
	for (const char *letter = *argv + 1; *letter; letter++) {
		const char shown[] = {'-', *letter, 0};
		const struct option *option = options;
		while (option < options_end && (option->letter != *letter || !(option->letter_of & self->name))) option++;
		if (option == options_end) {
			tell(UNKNOWN_LETTER, shown + 1);
			fail_with_usage();
		}
		if (!option->takes_value) {
			apply(option, shown, NULL);
			continue;
		}
		const char *value = letter[1] ? letter + 1 : argv[1];
		if (!value) {
			tell(MISSING_VALUE, self->name == PID1 ? shown : shown + 1);
			fail_with_usage();
		}
		apply(option, shown, value);
		return letter[1] ? 1 : 2;
	}
	return 1;
}

/* Stops at the first argument that is no option, on every libc. Returns PROGRAM and its arguments. */
static char **parse_arguments(char **argv) {
	if (*argv) argv++;
	while (*argv && **argv == '-' && (*argv)[1]) {
		if (equal(*argv, "--")) return argv + 1;
		argv += (*argv)[1] == '-' ? long_option(argv) : short_options(argv);
	}
	return argv;
}

/* NAME of PID1_NAME=value is that of an option in capitals, with _ for -. */
static const char *variable_value(const char *variable, const char *name) {
	for (; *name; name++, variable++) {
		const char wanted = *name == '-' ? '_' : (char)(*name - 'a' + 'A');
		if (*variable != wanted) return NULL;
	}
	return *variable == '=' ? variable + 1 : NULL;
}

static int is_off(const char *value) {
	int on;
	return parse_switch(value, &on) && !on;
}

static void apply_variable(char *text, const char *name) {
	const struct personality *const other = self;
	for (const struct option *option = options; option < options_end; option++) {
		const char *value = option->has_variable ? variable_value(name, option->name) : NULL;
		if (!value) continue;
		if ((option->takes_value && is_off(value)) || option->set(value)) return;
		self = personalities; /* what these variables are is ours under every name */
		(void)split(text, '='); /* the value is shown apart */
		tell(BAD_VALUE, text, value, option->expected);
		fail();
	}
	self = personalities;
	(void)split(text, '='); /* only the name is shown */
	tell(UNKNOWN_VARIABLE, text);
	self = other;
}

/* What Kubernetes sets in every container for a Service whose name begins with "pid1": PID1_SERVICE_HOST,
 * PID1_PORT_80_TCP_ADDR, PID1_WEB_SERVICE_PORT_HTTP. */
static int is_of_service(const char *name) {
	static const char ends[] = "SERVICE_HOST\0SERVICE_PORT\0PORT\0";
	for (; *name && *name != '='; name++)
		for (const char *end = ends; name[-1] == '_' && *end; end = nth(end, 1)) {
			const char *rest = after_prefix(name, end);
			if (rest && (*rest == '=' || *rest == '_')) return 1;
		}
	return 0;
}

/* NAME=value of our own PID1_NAME=value, or NULL. */
static const char *own_variable(const char *text) {
	const char *name = after_prefix(text, "PID1_");
	return name && !is_of_service(name) ? name : NULL;
}

static int is_empty(const char *variable) {
	while (*variable && *variable != '=') variable++;
	return !*variable || !variable[1];
}

static void parse_environment(char **envp) {
	for (; *envp; envp++) {
		const char *name = own_variable(*envp);
		if (name && !after_prefix(name, "HANDOFF=") && !is_empty(name)) apply_variable(*envp, name);
		for (size_t index = 0; index < sizeof variables / sizeof *variables; index++) {
			const char *value = variables[index].of == self->name ? after_prefix(*envp, variables[index].name) : NULL;
			if (value && *value == '=') (void)variables[index].set(value + 1); /* takes anything */
		}
	}
}

static void set_defaults(void) {
	memset(&config, 0, sizeof config);
	config.error_fd = -1;
	config.nofile = -1;
	config.no_subreaper = !self->subreaper;
	config.group = self->group;
	config.setsid = self->setsid;
	config.verbosity = self->verbosity;
}

/* The command line goes before the variables. Returns PROGRAM and its arguments. */
static char **configure(char **argv, char **envp) {
	set_defaults();
	char **program = parse_arguments(argv);
	if (!config.exec) {
		set_defaults();
		parse_environment(envp);
		program = parse_arguments(argv);
	}
	config.verbosity += config.debug;
	if (config.user.count && !config.exec) {
		tell(NEEDS_EXEC, "--user");
		fail();
	}
	if (config.pause && *program) {
		tell(PAUSE_WITH_PROGRAM, *program);
		fail_with_usage();
	}
	if (!config.pause && !*program) {
		tell(NO_PROGRAM);
		fail_with_usage();
	}
	if (config.debug) tell(DEBUG_MODE);
	if (config.setsid_off) tell(NO_SETSID);
	if (!config.node) return program;
	static char node[] = "node";
	*--program = node; /* over the last option before it */
	return program;
}

/* --- the program ------------------------------------------------------------------------------------------------ */

static char program_path[4096] RARELY_TOUCHED;

static uint32_t program_mode(void) { return mode_of(AT_FDCWD, program_path, 0); }

static int is_directory(void) { return (program_mode() & S_IFMT) == S_IFDIR; }

static const char *variable(char **envp, const char *name) {
	for (; *envp; envp++) {
		const char *rest = after_prefix(*envp, name);
		if (rest && *rest == '=') return rest + 1;
	}
	return NULL;
}

static int has_slash(const char *text) {
	while (*text && *text != '/') text++;
	return *text == '/';
}

/* Puts DIRECTORY/NAME for the first directory of a PATH into program_path, empty when that is too long. Returns what
 * follows, from its colon on. */
static const char *candidate(const char *path, const char *name) {
	size_t used = 0;
	for (; *path && *path != ':'; path++)
		if (used < sizeof program_path) program_path[used++] = *path;
	if (!used) program_path[used++] = '.';
	const size_t length = length_of(name) + 1;
	if (used + 1 + length > sizeof program_path) {
		*program_path = 0;
		return path;
	}
	program_path[used++] = '/';
	memcpy(program_path + used, name, length);
	return path;
}

/* Where images have it, also when PATH says nothing of it. */
static int find_node_elsewhere(void) {
	static const char *const places[] = {"/usr/local/bin", "/usr/bin", "/nodejs/bin"};
	for (size_t index = 0; index < sizeof places / sizeof *places; index++) {
		(void)candidate(places[index], "node"); /* one directory alone */
		if (sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK) == 0 && !is_directory()) return 1;
	}
	return 0;
}

/* Puts the path of the program into program_path, as execvp finds it: past what cannot be executed. 0 or an errno. */
static int find_program(const char *name, char **envp) {
	const size_t length = length_of(name);
	if (length >= sizeof program_path) return ENAMETOOLONG;
	memcpy(program_path, name, length + 1);
	if (has_slash(name)) return 0;
	if (length > 255) return ENAMETOOLONG; /* NAME_MAX */
	const char *path = variable(envp, "PATH"), *refused = NULL;
	if (!path) path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (int more = *name; more; more = *path++) {
		const char *directory = path;
		path = candidate(path, name);
		const long result = sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK);
		if (result == 0 && !is_directory()) return 0;
		if ((result == 0 || result == -EACCES) && !refused && program_mode()) refused = directory; /* it is seen */
	}
	if (config.node && find_node_elsewhere()) return 0;
	if (!refused) return ENOENT;
	(void)candidate(refused, name); /* what follows is not of interest */
	return EACCES;
}

/* Ends the interpreter's name; true when a CR stands behind it, as Windows has it. */
static int cut_interpreter(char *text) {
	while (*text && *text != ' ' && *text != '\t' && *text != '\n' && *text != '\r') text++;
	const int carriage_return = *text == '\r';
	*text = 0;
	return carriage_return;
}

static const char *why_no_permission(void) {
	uint64_t file_system[32] = {0};
	const uint32_t mode = program_mode();
	(void)sys2(SYS_statfs, program_path, file_system); /* then nothing is known of it */
	if (file_system[STATFS_FLAGS] & ST_NOEXEC) return "its file system is mounted noexec";
	if (!mode) return NULL;
	return mode & 0111 ? "it is not executable for this user" : "permission denied; chmod +x it";
}

static int exists(const char *path) { return sys3(SYS_faccessat, AT_FDCWD, path, F_OK) == 0; }

/* What a file begins with, as a text. Returns how much of it; negative when it cannot be read. */
static long read_head(const char *path, char *head, size_t size) {
	const long fd = sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	const long length = fd < 0 ? fd : sys3(SYS_read, fd, head, size - 1);
	if (fd >= 0) (void)sys1(SYS_close, fd); /* read only */
	head[length > 0 ? length : 0] = 0;
	return length;
}

/* The name of the interpreter in the first line of a script, which is cut off behind it. */
static char *interpreter_in(char *head, int *carriage_return) {
	char *interpreter = head + 2;
	while (*interpreter == ' ' || *interpreter == '\t') interpreter++;
	*carriage_return = cut_interpreter(interpreter);
	return interpreter;
}

static char reason_text[640];

/* The file is there, and the kernel says that it is not: it means the interpreter, that of the interpreter, or a loader. */
static const char *why_missing(void) {
	char heads[2][256];
	const char *path = program_path;
	for (int depth = 0; depth < 6; depth++) { /* the kernel follows fewer */
		char *head = heads[depth % 2];
		int carriage_return;
		if (read_head(path, head, sizeof heads[0]) < 0) break;
		if (!after_prefix(head, "#!")) {
			if (!depth) return "its dynamic loader does not exist (built for another libc?)";
			append(reason_text, "the dynamic loader of its interpreter \"%1\" does not exist (built for another libc?)", path);
			return reason_text;
		}
		char *interpreter = interpreter_in(head, &carriage_return);
		if (carriage_return || !exists(interpreter)) { /* with the CR it would have to be called, too */
			append(reason_text, depth ? "the interpreter \"%1\" of its interpreter \"%3\" does not exist%2"
						  : "its interpreter \"%1\" (from #!) does not exist%2", interpreter,
			       carriage_return ? "; the file has Windows line ends (CRLF)" : "", path);
			return reason_text;
		}
		path = interpreter;
	}
	return "its interpreter or its dynamic loader does not exist; the file cannot be read to say which";
}

/* What the system's own words for the error do not say, or NULL. */
static const char *reason(long error) {
	char head[256];
	int carriage_return;
	if (error == ENOENT) return why_missing();
	if (is_directory()) return "it is a directory";
	if (error == EACCES && sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK) < 0) return why_no_permission();
	const long size = read_head(program_path, head, sizeof head);
	if (error == EACCES && after_prefix(head, "#!")) {
		append(reason_text, "its interpreter \"%1\" (from #!) cannot be executed", interpreter_in(head, &carriage_return));
		return reason_text;
	}
	if (error != ENOEXEC) return NULL;
	if (size < 0) return "the file cannot be read to say why";
	if (!size) return "the file is empty";
	if (size < 20 || !after_prefix(head, "\177ELF")) return "it has no #! line and is no binary";
	const int machine = (uint8_t)head[18] | (uint8_t)head[19] << 8;
	if (machine == ELF_MACHINE) return "it is damaged, or a 32-bit binary";
	append(reason_text, "built for %1, this is " MACHINE,
	       machine == 183 ? "aarch64" : machine == 62 ? "x86_64" : "another architecture");
	return reason_text;
}

/* Says why exec failed, in one line that names the command. Returns the exit code. */
static int explain(const char *name, long error) {
	char more[660] = "";
	const char *why;
	if (error == ENOENT && !exists(program_path))
		why = has_slash(name) ? "it does not exist"
		      : config.node ? "not found in PATH, /usr/local/bin, /usr/bin or /nodejs/bin" : "not found in PATH";
	else if ((why = reason(error))) append(more, " (%1)", why);
	tell(EXEC_FAILED, name, error_text(error), why ? why : error_text(error), more);
	return error == ENOENT ? self->not_found : self->not_executable;
}

/* --- the terminal ----------------------------------------------------------------------------------------------- */

static pid_t foreground_of(int terminal) {
	pid_t group = -1;
	return sys3(SYS_ioctl, terminal, TIOCGPGRP, &group) < 0 ? -1 : group;
}

/* The controlling terminal, or -1. /dev/tty first: stdin may be redirected. */
static int open_terminal(void) {
	long terminal = sys4(SYS_openat, AT_FDCWD, "/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
	/* There may be no /dev/tty in a chroot. */
	for (int fd = 0; terminal < 0 && fd < 3; fd++)
		if (foreground_of(fd) >= 0) terminal = sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
	return (int)terminal;
}

/* Hands the terminal over when the group that gives has it: a job in the background must not take it. SIGTTOU must be
 * blocked, or the kernel stops a background caller. */
static int pass_foreground(pid_t from, pid_t to) {
	const int terminal = open_terminal();
	if (terminal < 0) return 0;
	const int passed = foreground_of(terminal) == from && sys3(SYS_ioctl, terminal, TIOCSPGRP, &to) == 0;
	(void)sys1(SYS_close, terminal); /* no data is lost */
	return passed;
}

/* The child is gone: back to our group, unless a shell has given the terminal to another one. */
static void take_foreground_back(void) {
	const int terminal = has_foreground ? open_terminal() : -1;
	if (terminal < 0) return;
	const pid_t group = foreground_of(terminal), own_group = (pid_t)sys1(SYS_getpgid, 0);
	if (group == child.group || (group > 0 && sys2(SYS_kill, -group, 0) == -ESRCH))
		(void)sys3(SYS_ioctl, terminal, TIOCSPGRP, &own_group); /* a terminal that is gone needs no foreground */
	(void)sys1(SYS_close, terminal); /* no data is lost */
}

static int leads_session(void) { return (pid_t)sys1(SYS_getsid, 0) == own_pid; }

/* Gives up the terminal, so that another session can have it; only a session leader can. Returns it, or -1. */
static int detach_terminal(void) {
	const int terminal = open_terminal();
	if (terminal < 0) {
		tell(NOT_DETACHED);
		return -1;
	}
	if (!leads_session() || sys3(SYS_ioctl, terminal, TIOCNOTTY, 0) < 0) {
		tell(NOT_LEADER);
		(void)sys1(SYS_close, terminal); /* no data is lost */
		return -1;
	}
	/* The kernel sends both to the foreground group, which is ours, in our own name. */
	struct siginfo info;
	tell(DETACHED);
	for (int signal; (signal = queued_signal(bit(SIGHUP) | bit(SIGCONT), &info));) {
		if (info.pid != own_pid) {
			(void)sys3(SYS_rt_sigqueueinfo, own_pid, signal, &info); /* a person's: back into the queue */
			break;
		}
		tell(RECEIVED, number(signal));
		tell(NOT_FOR_CHILD, number(signal));
	}
	return terminal;
}

/* --- starting the child ----------------------------------------------------------------------------------------- */

struct launch {
	char **argv, **envp;
	pid_t parent_group;
	uint64_t mask;
	struct sigaction child_action; /* as inherited */
	int error_pipe;
	int terminal;
	long directory; /* that of the program, where we have left it already; negative: we have not */
};

static char handoff_variable[40];
/* Those that name the process they are meant for: us, as they came, and the child, as they go. */
static struct {
	const char *name;
	char text[32];
} pid_variables[] = {{.name = "LISTEN_PID="}, {.name = "WATCHDOG_PID="}};

/* The variable with the child's pid in place of ours, once that is known, or as it is. */
static char *for_child(char *variable) {
	for (size_t index = 0; index < sizeof pid_variables / sizeof *pid_variables; index++) {
		const char *pid = after_prefix(variable, pid_variables[index].name);
		if (!pid || !equal(pid, number(own_pid))) continue;
		append(pid_variables[index].text, "%1", pid_variables[index].name);
		return pid_variables[index].text;
	}
	return variable;
}

/* Takes our options out of the environment and puts the advertisement of the handoff in. In place: what the kernel
 * left behind its end, the auxiliary vector, is of no use here, so that one pointer more fits. */
static void make_environment(char **envp) {
	char **to = envp;
	for (char **from = envp; *from; from++)
		/* LISTEN_PIDFDID is the inode of our pidfd, and nothing that the child could be given. */
		if (!own_variable(*from) && !after_prefix(*from, "LISTEN_PIDFDID=")) *to++ = for_child(*from);
	append(handoff_variable, "PID1_HANDOFF=1:%1", number(own_pid));
	*to++ = handoff_variable;
	*to = NULL;
}

#define APP_OPTIONS "TWENTY_INIT_APP_NODE_OPTIONS="

/* For --node. NODE_OPTIONS is meant for the app: a --require that is missing, an agent of 400 ms or an --inspect must not
 * load in the init. It moves to another name, from which twenty-init gives it back; TWENTY_INIT_NODE_OPTIONS takes its
 * place. `moved` has room for the variable under its new name. */
static void move_node_options(char **envp, char *moved) {
	char **to = envp;
	int is_moved = 0;
	for (char **from = envp; *from; from++) {
		const char *options = after_prefix(*from, "NODE_OPTIONS=");
		if (after_prefix(*from, APP_OPTIONS) || (options && is_moved)) continue; /* of another boot, or twice */
		if (options) {
			const size_t length = sizeof APP_OPTIONS - 1;
			memcpy(moved, APP_OPTIONS, length);
			memcpy(moved + length, options, length_of(options) + 1);
			is_moved = 1;
			*to++ = moved;
		} else if (after_prefix(*from, "TWENTY_INIT_NODE_OPTIONS=")) *to++ = *from + sizeof "TWENTY_INIT_" - 1;
		else *to++ = *from;
	}
	*to = NULL;
}

static void enter_session(int terminal) {
	(void)sys0(SYS_setsid); /* cannot fail for a fresh child */
	if (terminal >= 0 && sys3(SYS_ioctl, terminal, TIOCSCTTY, 0) < 0) terminal = -1;
	if (terminal < 0) tell(NOT_ATTACHED);
	tell(SETSID_DONE);
}

/* Runs in the child, on memory that the parent shares and does not touch until exec. */
static int launch_child(void *argument) {
	struct launch *launch = argument;
	const pid_t pid = (pid_t)sys0(SYS_getpid);
	for (size_t index = 0; index < sizeof pid_variables / sizeof *pid_variables; index++)
		if (*pid_variables[index].text) append(pid_variables[index].text, "%1", number(pid));
	tell(SPAWNED, launch->argv[0], number(pid));
	if (config.setsid) enter_session(launch->terminal);
	else {
		(void)sys2(SYS_setpgid, 0, 0); /* cannot fail for a fresh child */
		has_foreground = pass_foreground(launch->parent_group, pid);
	}
	if (launch->directory >= 0) (void)sys1(SYS_fchdir, launch->directory); /* as it did before */
	(void)sys4(SYS_rt_sigaction, SIGCHLD, &launch->child_action, NULL, 8); /* valid arguments: cannot fail */
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &launch->mask, NULL, 8); /* likewise */
	const long error = -sys3(SYS_execve, program_path, launch->argv, launch->envp);
	(void)sys3(SYS_write, launch->error_pipe, &error, sizeof error); /* the parent reads it, or is gone */
	return EXIT_SIGNAL;
}

static int own_failure(const char *what, long error) {
	tell(OWN_FAILURE, what, error == EAGAIN ? "too many processes" : error_text(error));
	return self->own_failure;
}

/* Moves to / and returns the way back; negative when there is none, and nothing has changed. */
static long leave_directory(void) {
	const long directory = sys4(SYS_openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0);
	if (directory < 0) return directory;
	/* One that may not be entered can be a working directory all the same. */
	if (sys1(SYS_fchdir, directory) == 0 && sys1(SYS_chdir, "/") == 0) return directory;
	(void)sys1(SYS_close, directory); /* no data is lost */
	return -EACCES;
}

/* Starts the child in a group of its own. Returns 0 or the exit code of an explained failure. */
static int start_child(char **argv, char **envp, uint64_t mask, const struct sigaction *child_action) {
	static char stack[8192] __attribute__((aligned(16))) RARELY_TOUCHED;
	long error = find_program(argv[0], envp);
	if (error) return explain(argv[0], error);
	make_environment(envp);
	/* Closed by exec, so that reading ends. It carries the errno of a failed one, which no exit code can tell apart
	 * from a program's own 126 or 127. */
	int pipe[2];
	error = -sys2(SYS_pipe2, pipe, O_CLOEXEC);
	if (error) return own_failure("make a pipe", error);
	/* Where 1 or 2 was closed it would be taken for it, and our own lines for an errno. */
	const long error_pipe = sys3(SYS_fcntl, pipe[1], F_DUPFD_CLOEXEC, 3);
	(void)sys1(SYS_close, pipe[1]); /* nothing was written */
	if (error_pipe < 0) return own_failure("make a pipe", -error_pipe);
	struct launch launch = {
		.argv = argv,
		.envp = envp,
		.parent_group = (pid_t)sys1(SYS_getpgid, 0),
		.mask = mask,
		.child_action = *child_action,
		.error_pipe = (int)error_pipe,
		.terminal = config.setsid ? detach_terminal() : -1,
		.directory = leave_directory(), /* before the program can see that we are there */
	};
	const long pid = vfork_call(launch_child, stack + sizeof stack, &launch);
	(void)sys1(SYS_close, error_pipe); /* ours alone by now */
	if (pid < 0) return own_failure("fork", -pid);
	const ssize_t failed = sys3(SYS_read, pipe[0], &error, sizeof error);
	(void)sys1(SYS_close, pipe[0]); /* read to its end */
	if (failed == (ssize_t)sizeof error) {
		(void)sys4(SYS_wait4, pid, NULL, WALL, NULL); /* it has ended, with nothing to tell */
		child.group = (pid_t)pid;
		take_foreground_back();
		if (launch.directory >= 0) (void)sys1(SYS_fchdir, launch.directory); /* from where its path is seen */
		return explain(argv[0], error);
	}
	child.pid = child.group = (pid_t)pid;
	return 0;
}

/* Keeps nothing busy: no working directory, and no descriptor but the standard three. */
static void release_resources(void) {
	(void)sys1(SYS_chdir, "/"); /* a root that cannot be entered is no reason to fail */
	if (sys3(SYS_close_range, 3, ~0U, 0) == 0) return;
	/* Before Linux 5.9, or forbidden by a seccomp profile that does not know it. */
	struct rlimit limit = {.soft = 1024};
	(void)sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit); /* the default stands */
	if (limit.soft > 65536) limit.soft = 65536;
	for (int fd = 3; fd < (int)limit.soft; fd++) (void)sys1(SYS_close, fd); /* most are not open */
}

/* --- /proc ------------------------------------------------------------------------------------------------------ */

/* A /proc of another PID namespace, or none, would name strangers. */
static int has_own_proc(void) {
	static int known; /* 1: it has not, 2: it has */
	char text[24] = "";
	if (known) return known - 1;
	(void)sys4(SYS_readlinkat, AT_FDCWD, "/proc/self", text, sizeof text - 1); /* then it stays empty */
	known = 1 + equal(text, number(own_pid));
	return known - 1;
}

/* Reads a text that ends with 0; returns its length, 0 when it is gone. */
static size_t read_file(const char *path, char *text, size_t size) {
	const long length = read_head(path, text, size);
	return length > 0 ? (size_t)length : 0;
}

/* Reads /proc/PID/NAME, in the same way. */
static size_t read_proc(pid_t pid, const char *name, char *buffer, size_t size) {
	char path[48] = "";
	append(path, "/proc/%1%2", number(pid), name);
	*buffer = 0;
	return has_own_proc() ? read_file(path, buffer, size) : 0;
}

struct process {
	char state;
	pid_t parent;
};

static int read_stat(pid_t pid, struct process *process) {
	char text[256];
	const size_t length = read_proc(pid, "/stat", text, sizeof text);
	/* The name is in parentheses and may hold some itself: the fields follow the last one. */
	const char *at = text + length;
	while (at > text && *at != ')') at--;
	if (at == text) return 0;
	process->state = at[2];
	at += 4;
	long parent = 0;
	(void)digits(&at, 1L << 30, &parent); /* 0: its parent is in another namespace */
	process->parent = (pid_t)parent;
	return 1;
}

static int is_zombie(const struct process *process) { return process->state == 'Z' || process->state == 'X'; }

/* The name of its executable, or its own in the kernel for a zombie, a kernel thread and another user's. Not the command
 * line: it may hold secrets, and to read it waits for the process's memory. */
static const char *name_of(pid_t pid) {
	static char name[256];
	char path[48] = "";
	append(path, "/proc/%1/exe", number(pid));
	const long linked = has_own_proc() ? sys4(SYS_readlinkat, AT_FDCWD, path, name, sizeof name - 1) : 0;
	if (linked > 0) {
		name[linked] = 0;
		return base_name(name);
	}
	const size_t length = read_proc(pid, "/comm", name, sizeof name);
	if (!length) return "?";
	name[length - 1] = 0; /* the end of its line */
	return name;
}

static int is_descendant(pid_t pid) {
	/* Both are bounded, because the tree changes while it is read: an ancestor that ends hands its children over. */
	for (int attempt = 0; attempt < 10; attempt++) {
		struct process process;
		pid_t ancestor = pid;
		for (int depth = 0; depth < 1000 && ancestor > 1 && read_stat(ancestor, &process); depth++) {
			if (process.parent == own_pid) return 1;
			ancestor = process.parent;
		}
		if (ancestor == pid || ancestor <= 1) return 0;
	}
	return 0;
}

/* Calls visit for every process but pid1, zombies too. */
static void for_each_process(void (*visit)(pid_t pid, const struct process *process)) {
	const long directory = sys4(SYS_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (directory < 0) return;
	char buffer[1024] __attribute__((aligned(8)));
	long length;
	while ((length = sys3(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
		for (long at = 0; at < length;) {
			const struct dirent *entry = (const void *)(buffer + at);
			at += entry->length;
			const char *name = entry->name;
			long pid;
			struct process process;
			if (!digits(&name, 1L << 30, &pid) || *name || pid == own_pid) continue;
			if (read_stat((pid_t)pid, &process)) visit((pid_t)pid, &process);
		}
	}
	(void)sys1(SYS_close, directory); /* read only */
}

/* A zombie too: it may be a leading thread that ended before the others. */
static int is_ours(pid_t pid) { return own_pid == 1 || is_descendant(pid); }

/* --- zombies that only their parent can reap -------------------------------------------------------------------- */

static struct parent {
	pid_t pid, zombie; /* one of its zombies */
	int count, known, reported;
} parents[32];
static const struct parent *const parents_end = parents + sizeof parents / sizeof *parents;

/* The place of a parent, or else a free one, or else NULL. */
static struct parent *place_of(pid_t pid) {
	struct parent *free = NULL;
	for (struct parent *parent = parents; parent < parents_end; parent++) {
		if (parent->pid == pid) return parent;
		if (!parent->pid && !free) free = parent;
	}
	return free;
}

static void note_zombie(pid_t pid, const struct process *process) {
	if (!is_zombie(process) || process->parent == own_pid || process->parent <= 0 || !is_ours(pid)) return;
	struct parent *const parent = place_of(process->parent);
	if (!parent) return;
	parent->pid = process->parent;
	if (!parent->zombie) parent->zombie = pid;
	if (parent->zombie == pid) parent->known++;
	parent->count++;
}

/* A zombie that is seen twice is not one that its parent is about to reap. A parent is told of again when it has twice
 * as many, and forgotten when it is gone: one that reaps now and then is no news each time. */
static void report_zombies(void) {
	struct process process;
	for (struct parent *parent = parents; parent < parents_end; parent++) parent->count = 0;
	for_each_process(note_zombie);
	for (struct parent *parent = parents; parent < parents_end; parent++) {
		if (!parent->pid) continue;
		if (parent->known > 1 && parent->count >= 2 * parent->reported && parent->count) {
			parent->reported = parent->count;
			tell(ZOMBIES, number(parent->pid), name_of(parent->pid), number(parent->count), number(parent->zombie));
		}
		if (!read_stat(parent->zombie, &process) || !is_zombie(&process)) parent->zombie = 0, parent->known = 0;
		if (!parent->count && !read_stat(parent->pid, &process)) memset(parent, 0, sizeof *parent);
	}
}

/* The text behind a name at the beginning of a line, or NULL. */
static const char *line_after(const char *text, const char *name) {
	for (; *text; text++) {
		const char *rest = after_prefix(text, name);
		if (rest) return rest;
		while (*text && *text != '\n') text++;
		if (!*text) break;
	}
	return NULL;
}

static pid_t parent_found; /* at our start */

static void arm_parent_death(void) {
	if (!config.parent_death) return;
	(void)sys5(SYS_prctl, PR_SET_PDEATHSIG, config.parent_death, 0, 0, 0); /* a valid signal: cannot fail */
	/* It died before we asked; 0: it is in another PID namespace. */
	const long now = sys0(SYS_getppid);
	if (now && now != (config.parent ? config.parent : parent_found)) (void)sys2(SYS_kill, own_pid, config.parent_death);
}

/* --- ids -------------------------------------------------------------------------------------------------------- */

static const struct capability_header own_capabilities = {.version = CAPABILITY_VERSION};

/* In this order, because each takes the right for the one before it. Returns 0 or an errno. */
static int take_ids(const struct ids *ids, const uint32_t *groups) {
	long error = -sys2(SYS_setgroups, ids->groups + ids->count - groups, groups);
	if (!error) error = -sys3(SYS_setresgid, ids->groups[0], ids->groups[0], ids->groups[0]);
	if (!error) error = -sys3(SYS_setresuid, ids->uid, ids->uid, ids->uid);
	return (int)error;
}

/* What stdin, stdout and stderr are, the user may open again by /dev/stdout: pipes and terminals, as runc does it. */
static void give_standard_files(const struct ids *ids) {
	uint8_t attributes[64];
	for (int fd = 0; fd < 3; fd++)
		if ((mode_of(fd, "", AT_EMPTY_PATH) & S_IFMT) == S_IFIFO || sys3(SYS_ioctl, fd, TCGETS, attributes) == 0)
			(void)sys3(SYS_fchown, fd, ids->uid, -1); /* without CAP_CHOWN they stay whose they are */
}

/* For --user: nothing of root is kept, also where the kernel was told to keep capabilities. Returns 0 or an errno. */
static int become_user(const struct ids *ids) {
	static const struct capabilities none[2];
	give_standard_files(ids);
	const int error = take_ids(ids, ids->groups); /* its own group is one of them, as initgroups has it */
	if (error || !ids->uid) return error;
	(void)sys5(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* gone with the others as well */
	return (int)-sys2(SYS_capset, &own_capabilities, none);
}

/* "0\t0\t0": real, effective and saved, when all are the same and not root's. */
static int parse_user(const char *text, uint32_t *uid) {
	uint32_t ids[3];
	for (int index = 0; index < 3; index++) {
		while (*text == '\t') text++;
		if (!parse_id(&text, &ids[index]) || !ids[index]) return 0;
	}
	*uid = ids[0];
	return 1;
}

/* Of a process that has given root up for good. */
static int read_ids(pid_t pid, struct ids *ids) {
	char text[2048];
	if (!read_proc(pid, "/status", text, sizeof text)) return 0;
	const char *uid = line_after(text, "Uid:"), *gid = line_after(text, "Gid:\t"), *groups = line_after(text, "Groups:\t");
	if (!uid || !gid || !groups || !parse_user(uid, &ids->uid) || !parse_id(&gid, &ids->groups[0])) return 0;
	for (ids->count = 1; ids->count < sizeof ids->groups / sizeof *ids->groups; ids->count++, groups += *groups == ' ')
		if (!parse_id(&groups, &ids->groups[ids->count])) break;
	return 1;
}

static int may_give_root_up; /* after a handoff, also to itself, which is how it becomes another program */

/* True when they are ours now. CAP_KILL is kept, for what others run below us. */
static int follow(pid_t pid, const struct ids *ids) {
	struct capabilities held[2] = {{0}};
	(void)sys2(SYS_capget, &own_capabilities, held); /* then none is kept */
	(void)sys5(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0); /* a valid argument: cannot fail */
	if (take_ids(ids, ids->groups + 1)) return 0;
	held[0].effective = held[0].permitted &= 1U << CAP_KILL;
	held[0].inheritable = 0;
	memset(&held[1], 0, sizeof held[1]);
	(void)sys2(SYS_capset, &own_capabilities, held); /* less than before: cannot fail */
	arm_parent_death();
	tell(IDS_TAKEN, number(pid), number(ids->uid));
	return 1;
}

/* Takes the ids of the main child, once that has given root up: root without CAP_KILL could not signal it, and pid1 keeps
 * no root that it does not need. True when it has just done so. */
static int follow_child(void) {
	struct ids ids;
	const int is_root = !sys0(SYS_geteuid);
	const int taken = is_root && read_ids(child.pid, &ids) && follow(child.pid, &ids);
	if (taken || !is_root) may_give_root_up = 0;
	return taken;
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

/* In a list as /proc/self/cgroup has it: the path behind ":memory:" or "0::", which is cut off there; "" is the root, or
 * none. */
static const char *cgroup_path(char *list, const char *controller) {
	for (; *list; list++) {
		const char *path = after_prefix(list, controller);
		if (!path) continue;
		list += path - list;
		while (*list && *list != '\n') list++;
		*list = 0;
		return equal(path, "/") ? "" : path;
	}
	return "";
}

/* A number of our memory cgroup, behind that name, or -1: by version 1 where it is mounted, else by version 2. In a
 * container with a namespace of its own, or with nothing but its own cgroup mounted, the path is that of the mount. */
static long read_memory(const char *file_1, const char *file_2, const char *name) {
	static const struct {
		const char *mount, *controller;
	} versions[] = {{"/sys/fs/cgroup/memory", ":memory:"}, {"/sys/fs/cgroup", "0::"}};
	char list[2048], path[600], text[512];
	if (!read_file("/proc/self/cgroup", list, sizeof list)) return -1;
	for (int attempt = 0; attempt < 4; attempt++) {
		const char *own = attempt % 2 ? "" : cgroup_path(list, versions[attempt / 2].controller);
		*path = 0;
		append(path, "%1%2/%3", versions[attempt / 2].mount, own, attempt < 2 ? file_1 : file_2);
		if (!read_file(path, text, sizeof text)) continue;
		const char *at = line_after(text, name);
		long value;
		return at && digits(&at, 1L << 60, &value) ? value : -1;
	}
	return -1;
}

static long oom_kills_before;

static long oom_kills(void) { return read_memory("memory.oom_control", "memory.events", "oom_kill "); }

/* A container that is out of memory ends like one that somebody killed: by SIGKILL, and nothing says why. */
static void tell_out_of_memory(void) {
	if (exit_code_of(child.status) != EXIT_KILLED || oom_kills() <= oom_kills_before) return;
	const long limit = read_memory("memory.limit_in_bytes", "memory.max", "");
	char text[96] = "whose cgroup has no limit of its own: the machine, or a cgroup above, has no memory left";
	if (limit >= 0) {
		const int whole = !(limit % (1L << 20));
		*text = 0;
		append(text, "the limit of its cgroup is %1 %2", number(limit >> (whole ? 20 : 10)), whole ? "MiB" : "KiB");
	}
	tell(OUT_OF_MEMORY, number(child.pid), text);
}

/* --- time ------------------------------------------------------------------------------------------------------- */

static long next_zombie_look_ms; /* 0: never */

/* What the delays hold back. */
static struct {
	long due_ms; /* 0: nothing */
	struct siginfo info;
} held[SIGNALS + 1] RARELY_TOUCHED;

static long now_ms(void) {
	struct timespec now = {0, 0};
	(void)sys2(SYS_clock_gettime, CLOCK_MONOTONIC, &now); /* cannot fail */
	return now.seconds * 1000 + now.nanoseconds / 1000000;
}

static void start_clock(void) {
	if (config.grace_ms && !deadline_ms) deadline_ms = now_ms() + config.grace_ms;
}

static int is_delaying; /* something is held back */

/* The next thing to do by the clock, or 0: without a timer nothing ever wakes us but a signal. */
static long next_due_ms(void) {
	long next = deadline_ms;
	if (next_zombie_look_ms && (!next || next_zombie_look_ms < next)) next = next_zombie_look_ms;
	for (int signal = 1; is_delaying && signal <= SIGNALS; signal++)
		if (held[signal].due_ms && (!next || held[signal].due_ms < next)) next = held[signal].due_ms;
	return next;
}

/* --- the orderly end -------------------------------------------------------------------------------------------- */

/* To the group of the main child, where there is one: 0 would be our own, and -1 everybody. */
static void signal_group(int signal) {
	if (child.group > 1) (void)sys2(SYS_kill, -child.group, signal); /* gone, or the end of the clock tells */
}

/* To a process, if it is still ours. Between a look into /proc and kill its pid could become another one's; a pidfd,
 * where the kernel has them and a seccomp profile lets them through, stays with the process that was looked at. */
static void signal_ours(pid_t pid, int signal) {
	const long pidfd = sys2(SYS_pidfd_open, pid, 0);
	long result = pidfd == -ESRCH ? pidfd : -ENOSYS;
	if (is_ours(pid)) {
		if (pidfd >= 0) result = sys4(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
		if (result == -ENOSYS || result == -EPERM) (void)sys2(SYS_kill, pid, signal); /* gone is what we want */
	}
	if (pidfd >= 0) (void)sys1(SYS_close, pidfd); /* nothing is lost */
}

static void ask_to_end(pid_t pid, const struct process *process) {
	(void)process;
	signal_ours(pid, SIGTERM);
	signal_ours(pid, SIGCONT); /* a stopped process gets its SIGTERM only now */
}

/* The main child is gone; a package manager leaves the app behind like this, unsignalled. */
static void sweep(void) {
	static const uint8_t signals[] = {SIGTERM, SIGCONT};
	if (own_pid != 1 && has_own_proc()) {
		for_each_process(ask_to_end);
		return;
	}
	for (size_t index = 0; index < sizeof signals; index++)
		if (own_pid == 1) (void)sys2(SYS_kill, -1, signals[index]); /* nobody is left, then */
		else signal_group(signals[index]); /* as far as it can be known */
}

static char names[LONGEST_ARGUMENT]; /* of processes, with their pids */
static int unnamed;

static void name_process(pid_t pid, const struct process *process) {
	if (is_zombie(process) || !is_ours(pid)) return;
	const char *name = name_of(pid);
	if (length_of(names) + length_of(name) + 60 > sizeof names) {
		unnamed++;
		return;
	}
	append(names, "%1%2 (%3)", *names ? ", " : "", number(pid), name);
}

/* The processes below us; without /proc what else is known. */
static const char *name_all(void) {
	*names = 0;
	unnamed = 0;
	if (has_own_proc()) for_each_process(name_process);
	if (unnamed) append(names, " and %1 more", number(unnamed));
	if (!*names && own_pid != 1 && !has_own_proc()) append(names, "the group of pid %1", number(child.group));
	return *names ? names : "what /proc does not show";
}

static void kill_process(pid_t pid, const struct process *process) {
	(void)process;
	signal_ours(pid, SIGKILL);
}

static int reap(void);
static int result(void);
static int more_to_reap;

/* SIGKILL to everything, and waits until the kernel has ended it; only then it is told. */
static int kill_all(const char *why) {
	static const struct timespec pause = {0, 20000000};
	static const uint64_t child_signal = 1UL << (SIGCHLD - 1);
	struct siginfo info;
	int left = reap();
	if (!left) return result(); /* the last one has just ended by itself */
	const char *killed = name_all();
	/* Bounded: a process in an uninterruptible sleep cannot be waited for, and our own end leaves it to the kernel. */
	for (const long until_ms = now_ms() + LONGEST_KILL_MS; left && now_ms() < until_ms;) {
		if (own_pid == 1) (void)sys2(SYS_kill, -1, SIGKILL); /* nobody left is what we want */
		else if (has_own_proc()) for_each_process(kill_process);
		else signal_group(SIGKILL); /* as far as it can be known */
		left = reap();
		if (left && !more_to_reap) (void)sys4(SYS_rt_sigtimedwait, &child_signal, &info, &pause, 8); /* or the next round */
	}
	if (*why == *GRACE_OVER) tell(why, number(config.grace_ms), killed);
	else tell(why, killed);
	if (!left || own_pid == 1) return EXIT_KILLED; /* the kernel ends a namespace with its PID 1 */
	tell(LIVES_ON, has_own_proc() ? name_all() : "what left that group, and cannot be found without /proc");
	return self->own_failure;
}

/* --- forwarding ------------------------------------------------------------------------------------------------- */

static void child_ended(int status);

/* A stopped process gets a signal only when it continues. */
static void wake_for(int signal, pid_t target) {
	struct process process;
	if (!is_stop_request(signal) && signal != SIGHUP) return;
	if (child.stopped || (read_stat(child.pid, &process) && process.state == 'T'))
		(void)sys2(SYS_kill, target, SIGCONT); /* it may have ended meanwhile */
}

/* To a process, or to a group by its negative. rt_sigqueueinfo keeps the value of a signal; it has no form for a group.
 *
 * Node, which a process that will hand off is, blocks nothing in its helper threads: two signals that come together may
 * be taken by two of them, and the answer to a handoff would overtake a signal that came before it. The main thread
 * keeps the order. */
static long send_to(pid_t target, int signal, const struct siginfo *info) {
	const int to_thread = holds_real_time && target > 0;
	long result = -1;
	if (info->code == SI_QUEUE && target > 0)
		result = to_thread ? sys4(SYS_rt_tgsigqueueinfo, target, target, signal, info)
				   : sys3(SYS_rt_sigqueueinfo, target, signal, info);
	if (result == 0) return 0;
	/* A signal without its value is better than none. */
	return to_thread ? sys3(SYS_tgkill, target, target, signal) : sys2(SYS_kill, target, signal);
}

/* To the main child, or to its group. */
static void deliver(int signal, const struct siginfo *info) {
	static int warned;
	const int received = info->signo;
	if (config.pause) {
		if (is_stop_request(signal)) child_ended(0);
		return;
	}
	if (is_stop_request(received) || is_stop_request(signal)) {
		stops_forwarded |= bit(signal);
		start_clock();
	}
	if (is_terminal_stop(signal)) {
		child.stop_forwarded = 1;
		/* The group of another session is an orphaned one: the kernel drops such a stop. */
		if (config.setsid && own_pid != 1) signal = SIGSTOP;
	}
	if (signal == SIGCONT) child.stop_forwarded = 0;
	const pid_t target = config.group ? -child.group : child.pid;
	long result = send_to(target, signal, info);
	if (result == -EPERM && follow_child()) result = send_to(target, signal, info);
	if (result == 0) {
		trace(FORWARDED_TO, number(signal), signal_name(signal), number(child.pid), signal_description(signal));
		wake_for(signal, target);
	} else if (!warned++) {
		tell(result == -ESRCH ? FORWARD_TO_NOBODY : FORWARD_FAILED, signal_name(signal), number(child.pid), error_text(-result));
	}
}

/* What becomes of a signal by --rewrite; 0 when it is dropped. */
static int target_of(int signal) {
	const int to = config.rewritten[signal];
	return to == DROPPED_SIGNAL ? 0 : to ? to : signal;
}

/* As dumb-init does it, whose child may be in another session, where it tells nobody that it stands. */
static void suspend(void) {
	if (own_pid == 1) return; /* nothing could continue it, and the program would stand for ever */
	tell(SUSPENDED);
	(void)sys2(SYS_kill, own_pid, SIGSTOP); /* we are there */
	if (!config.setsid && pass_foreground((pid_t)sys1(SYS_getpgid, 0), child.group)) has_foreground = 1;
}

static int rewritten(int signal) {
	const int to = target_of(signal);
	if (to != signal) tell(TRANSLATED, number(signal), number(to));
	if (!to) tell(DROPPED, number(to), signal_name(signal));
	return to;
}

/* Rewrites a signal, holds it back or forwards it. */
static void forward(const struct siginfo *info) {
	const int signal = info->signo;
	if (child.ended) return; /* what is left gets SIGTERM from us */
	const int to = rewritten(signal);
	if (!to) return;
	if (!config.delay_ms[signal]) {
		deliver(to, info);
		if (self->suspends && is_terminal_stop(signal)) suspend();
		return;
	}
	if (held[signal].due_ms) return; /* a standard signal that is pending already is the same signal */
	held[signal].due_ms = now_ms() + config.delay_ms[signal];
	held[signal].info = *info;
	is_delaying = 1;
	tell(DELAYED, signal_name(signal), number(config.delay_ms[signal]));
}

static void release_held_back(void) {
	const int to = target_of(HANDOFF_SIGNAL);
	for (size_t index = 0; to && index < held_back_count; index++) deliver(to, &held_back[index]);
	held_back_count = 0;
}

/* Forwards what has been held back long enough. Of a real-time signal the later ones have waited in the kernel's queue,
 * which keeps their order and number: a burst goes together. */
static void release_held(void) {
	if (!is_delaying) return;
	const long now = now_ms();
	is_delaying = 0;
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (!held[signal].due_ms) continue;
		if (held[signal].due_ms > now) {
			is_delaying = 1;
			continue;
		}
		held[signal].due_ms = 0;
		if (child.ended) continue;
		deliver(target_of(signal), &held[signal].info);
		while (signal >= RT_MINIMUM && signal != HANDOFF_SIGNAL && queued_signal(bit(signal), &held[signal].info))
			deliver(target_of(signal), &held[signal].info);
		if (signal == HANDOFF_SIGNAL) release_held_back();
	}
}

/* True when the wait for an orderly end is over by a person's wish: a second INT, or a QUIT after the first signal. */
static int is_forced_by(int signal) {
	if (!is_stop_request(signal) || !target_of(signal)) return 0;
	const int again = stops_received++ > 0;
	if (signal == SIGINT) interrupts++;
	return config.grace_ms && again && (signal == SIGQUIT || interrupts > 1);
}

/* True when the signal was a handoff message, accepted or not. */
static int take_handoff(const struct siginfo *info) {
	if (info->code != SI_QUEUE || info->value >> 48 != HANDOFF_MAGIC) return 0;
	const pid_t pid = (pid_t)(info->value & ((1UL << 22) - 1));
	const long grace_ms = (long)(info->value >> 22 & ((1UL << 25) - 1));
	struct process process;
	const int is_descended = !pid || pid == child.pid || (read_stat(pid, &process) && is_descendant(pid));
	/* The app of a sender that had announced it, and has reaped it since: the sender ends with the app's code. */
	const int is_gone = !is_descended && holds_real_time && sys2(SYS_kill, pid, 0) == -ESRCH;
	if (config.pause || info->pid != child.pid || child.ended || (!is_descended && !is_gone)) {
		tell(HANDOFF_REFUSED, number(pid), number(info->pid));
		return 1;
	}
	if (pid && !is_gone) {
		holds_real_time = 0;
		if (grace_ms) config.grace_ms = grace_ms;
		/* Bit 0 is the command line's, bit 1 the last handoff's, which may take it back. */
		config.expected[FORWARDED] = (config.expected[FORWARDED] & 1) | (uint8_t)(info->value >> 46 & 2);
		if (pid != child.pid) {
			const pid_t group = (pid_t)sys1(SYS_getpgid, pid);
			child.sender = child.pid;
			child.pid = pid;
			if (group > 1 && group != (pid_t)sys1(SYS_getpgid, 0)) child.group = group;
		}
		if (stops_forwarded) start_clock();
		may_give_root_up = 1; /* once the sender, who may be root, has its answer */
		release_held_back();
	} else holds_real_time = 1;
	(void)sys3(SYS_tgkill, info->pid, info->pid, SIGURG); /* without an answer the sender stays */
	tell(HANDED_OFF, number(pid), number(info->pid));
	return 1;
}

/* True when signal 64 is a handoff message, or has to wait for one. */
static int is_for_us(const struct siginfo *info) {
	if (take_handoff(info)) return 1;
	if (!holds_real_time && !held[HANDOFF_SIGNAL].due_ms) return 0;
	/* Forwarded now it would end the sender. */
	if (held_back_count < sizeof held_back / sizeof *held_back) held_back[held_back_count++] = *info;
	else trace(DROPPED, number(HANDOFF_SIGNAL), number(HANDOFF_SIGNAL));
	return 1;
}

/* --- reaping ---------------------------------------------------------------------------------------------------- */

static void child_ended(int status) {
	child.ended = 1;
	child.status = status;
	start_clock();
}

/* As the shell expects of a job: when the program stops, so do we, and its shell gets the terminal back. */
static void child_stopped(int signal) {
	static const uint64_t all = ~0UL, all_but_stop = ~(1UL << (SIGTSTP - 1));
	child.stopped = 1;
	const int terminal = self->suspends && child.stop_forwarded ? -1 : open_terminal();
	if (terminal < 0) return;
	/* An editor stops itself with SIGSTOP when the key is pressed. */
	const int by_terminal = is_terminal_stop(signal) || child.stop_forwarded || foreground_of(terminal) == child.group;
	(void)sys1(SYS_close, terminal); /* no data is lost */
	if (!by_terminal) return;
	/* Who saw the program stop may have continued us before we have stopped; our own SIGTSTP would drop that SIGCONT. */
	int continued = queued_signal(bit(SIGCONT), NULL) != 0;
	if (!continued) {
		tell(SUSPENDED);
		/* The whole job, as the key was meant. The kernel drops it where no shell could continue us: for a session
		 * leader, and any other orphaned group. It never stops PID 1, whose group may reach out of its namespace. */
		if (own_pid != 1) (void)sys2(SYS_kill, 0, SIGTSTP); /* our own group is there */
		(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all_but_stop, NULL, 8);
		(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
		continued = queued_signal(bit(SIGCONT), NULL) != 0;
	}
	if (!continued && (signal != SIGTSTP || child.stop_forwarded)) return;
	child.stop_forwarded = 0;
	if (pass_foreground((pid_t)sys1(SYS_getpgid, 0), child.group)) has_foreground = 1;
	(void)sys2(SYS_kill, -child.group, SIGCONT); /* it may have ended meanwhile */
}

/* SIGCHLD overtakes a handoff in the queue: one that was sent before the sender ended still counts. */
static void take_queued_handoffs(void) {
	struct siginfo info;
	while (queued_signal(bit(HANDOFF_SIGNAL), &info))
		if (!is_for_us(&info)) forward(&info);
}

/* The process that handed over has ended: the new main child must be ours by now, else its code is the result. */
static void sender_ended(int status) {
	struct process process;
	child.sender = 0;
	if (!read_stat(child.pid, &process) || process.parent != own_pid) child_ended(status);
}

static void main_child_ended(pid_t pid, int status) {
	take_queued_handoffs();
	if (child.pid == pid) child_ended(status);
	else sender_ended(status);
}

static void tell_end(pid_t pid, int status) {
	const int signal = status & 0x7f;
	if (signal) tell(ENDED_BY_SIGNAL, number(pid), number(signal), signal_name(signal));
	else tell(ENDED_WITH_CODE, number(pid), number(exit_code_of(status)));
}

/* The name of an orphan can be read only as long as nobody has reaped it. */
static const char *next_orphan(pid_t *pid) {
	static struct siginfo info;
	info.pid = 0;
	if (!config.warn_reaped || sys5(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | WALL, NULL) < 0) return NULL;
	*pid = info.pid;
	return info.pid > 0 && info.pid != child.pid ? name_of(info.pid) : NULL;
}

/* Reaps all that can be, a bounded number at a time. False when no child is left at all. */
static int reap(void) {
	more_to_reap = 0;
	for (int count = 0; count < REAPED_A_TURN; count++) {
		int status;
		pid_t named = 0;
		const char *orphan = next_orphan(&named);
		const long pid = sys4(SYS_wait4, -1, &status, WNOHANG | WUNTRACED | WCONTINUED | WALL, NULL);
		if (pid <= 0) {
			trace(NOTHING_TO_REAP);
			return pid == 0;
		}
		if (status == 0xffff) {
			if (pid == child.pid) child.stopped = 0;
		} else if ((status & 0xff) == 0x7f) {
			if (pid == child.pid) child_stopped(status >> 8 & 0xff);
		} else {
			if (config.verbosity > 1) tell_end((pid_t)pid, status);
			if (pid == child.pid) main_child_ended((pid_t)pid, status);
			else if (pid == child.sender) sender_ended(status);
			else if (orphan && named == pid) tell(REAPED_ORPHAN, number(pid), orphan, number(exit_code_of(status)));
			if (child.ended && !config.grace_ms) return 1; /* nobody waits for the rest */
		}
	}
	more_to_reap = 1;
	return 1;
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

/* Held-back real-time signals stay in the kernel's queue, in their order. */
static uint64_t awaited_signals(void) {
	uint64_t signals = ~0UL;
	if (holds_real_time) signals &= ~(~0UL << (RT_MINIMUM - 1));
	for (int signal = RT_MINIMUM; is_delaying && signal <= SIGNALS; signal++)
		if (held[signal].due_ms) signals &= ~bit(signal);
	return signals | bit(HANDOFF_SIGNAL);
}

/* Waits for the next signal, or for the next thing to do by the clock. Returns 0 when no signal came. */
static int next_signal(struct siginfo *info) {
	struct timespec timeout, *limit = NULL;
	const uint64_t signals = awaited_signals();
	const long until_ms = next_due_ms();
	if (until_ms || more_to_reap) {
		const long left = more_to_reap ? 0 : until_ms - now_ms();
		timeout.seconds = left > 0 ? left / 1000 : 0;
		timeout.nanoseconds = left > 0 ? left % 1000 * 1000000 : 0;
		limit = &timeout;
	}
	const long signal = sys4(SYS_rt_sigtimedwait, &signals, info, limit, 8);
	if (signal <= 0) return 0;
	info->signo = (int)signal;
	return (int)signal;
}

/* Our exit code for the main child's. A SIGKILL at the end of the grace never gets here. */
static int result(void) {
	const int code = exit_code_of(child.status);
	const int by_forwarded = code > EXIT_SIGNAL && code <= EXIT_SIGNAL + SIGNALS && stops_forwarded & bit(code - EXIT_SIGNAL);
	tell(RESULT, number(code));
	tell(ALL_DONE);
	return config.expected[code] || (config.expected[FORWARDED] && by_forwarded) ? 0 : code;
}

/* The first thing when the main child is gone. */
static void begin_end(int left) {
	const int signal = child.status & 0x7f;
	if (signal) tell(MAIN_SIGNALED, signal_description(signal));
	else tell(MAIN_EXITED, number(exit_code_of(child.status)));
	tell_out_of_memory();
	if (config.grace_ms) {
		take_foreground_back(); /* else no key reaches us while we wait */
		if (left || own_pid == 1) sweep(); /* a visitor is no child of PID 1, and gets its signal too */
	} else if (self->ends_group && !config.pause) {
		const int signal = rewritten(SIGTERM);
		if (signal && config.group) signal_group(signal); /* else it is the child's alone, which is gone */
		if (signal) tell(FORWARDED_TO, number(signal));
	}
}

static int supervise(void) {
	int ending = 0;
	oom_kills_before = oom_kills(); /* while the program starts, which it costs no time so */
	if (config.zombies) next_zombie_look_ms = now_ms() + ZOMBIE_INTERVAL_MS;
	for (;;) {
		struct siginfo info;
		const int signal = next_signal(&info);
		if (signal) trace(signal == SIGCHLD ? RECEIVED_CHILD : RECEIVED, number(signal));
		if (signal && signal != SIGCHLD && !(signal == HANDOFF_SIGNAL && is_for_us(&info))) {
			forward(&info);
			if (is_forced_by(signal)) return kill_all(FORCED);
		}
		release_held();
		if (may_give_root_up) (void)follow_child(); /* also when it has just ended: its ids are there until it is reaped */
		const int left = signal == SIGCHLD || child.ended || more_to_reap ? reap() : 1;
		if (child.ended) {
			if (!ending++) begin_end(left);
			if (!config.grace_ms || !left) return result();
		}
		if (deadline_ms && now_ms() >= deadline_ms) return kill_all(GRACE_OVER);
		if (next_zombie_look_ms && now_ms() >= next_zombie_look_ms) {
			report_zombies();
			next_zombie_look_ms = now_ms() + ZOMBIE_INTERVAL_MS;
		}
	}
}

/* --- the shim of --exec ------------------------------------------------------------------------------------------ */

/* Becomes the program, as the leader of its own group. Returns the exit code of a failure. */
static int become_program(char **argv, char **envp, uint64_t mask) {
	const pid_t group = (pid_t)sys1(SYS_getpgid, 0);
	(void)sys2(SYS_setpgid, 0, 0); /* fails only for a session leader, which leads its group already */
	if (config.foreground) (void)pass_foreground(group, own_pid); /* a job in the background does not get it */
	if (config.error_fd >= 0) (void)sys3(SYS_fcntl, (int)config.error_fd, F_SETFD, FD_CLOEXEC); /* or it is not open */
	const int refused = config.user.count ? become_user(&config.user) : 0;
	if (refused) {
		if (config.error_fd >= 0) print((int)config.error_fd, number(-refused)); /* tells it from an errno of exec */
		else (void)own_failure("take the ids of --user", refused);
		return self->not_executable;
	}
	arm_parent_death(); /* a change of the uid disarms it */
	if (config.nofile >= 0) {
		struct rlimit limit;
		if (sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0) {
			limit.soft = (uint64_t)config.nofile < limit.hard ? (uint64_t)config.nofile : limit.hard;
			(void)sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL); /* below the hard limit: cannot fail */
		}
	}
	long error = find_program(argv[0], envp);
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8); /* valid arguments: cannot fail */
	if (!error) error = -sys3(SYS_execve, program_path, argv, envp);
	if (config.error_fd < 0) return explain(argv[0], error);
	print((int)config.error_fd, number(error));
	return error == ENOENT ? self->not_found : self->not_executable;
}

/* --- main ------------------------------------------------------------------------------------------------------- */

static void become_reaper(void) {
	if (own_pid == 1) return;
	if (!config.no_subreaper) {
		if (sys5(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) tell(NO_SUBREAPER);
		return;
	}
	int reaps = 0;
	(void)sys5(SYS_prctl, PR_GET_CHILD_SUBREAPER, &reaps, 0, 0, 0); /* what exec has kept; 0 stands */
	if (!reaps) tell(NOT_A_REAPER);
}

static int pid1(char **argv, char **envp) {
	const uint64_t all = ~0UL;
	uint64_t mask = 0;
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, 8); /* valid arguments: cannot fail */
	own_pid = (pid_t)sys0(SYS_getpid);
	parent_found = (pid_t)sys0(SYS_getppid);

	find_personality(*argv);
	char **program = configure(argv, envp);
	const char *options = config.node ? variable(envp, "NODE_OPTIONS") : NULL;
	char moved[sizeof APP_OPTIONS + (options ? length_of(options) : 0)];
	if (config.node) move_node_options(envp, moved);
	if (config.exec) return become_program(program, envp, mask);

	/* An inherited SIG_IGN would make the kernel reap for us, and the exit code would be lost. */
	static const struct sigaction by_default;
	struct sigaction child_action;
	(void)sys4(SYS_rt_sigaction, SIGCHLD, &by_default, &child_action, 8); /* valid arguments: cannot fail */
	if (config.node) (void)sys5(SYS_prctl, PR_SET_NAME, "pid1", 0, 0, 0); /* by #! it would be the script's */
	become_reaper();
	arm_parent_death();
	const int failure = config.pause ? 0 : start_child(program, envp, mask, &child_action);
	if (failure) return failure;
	release_resources();
	const int code = supervise();
	take_foreground_back();
	return code;
}

#ifdef HOSTED /* with a C library below it, for sanitizers and Valgrind */
int main(int argc, char **argv, char **envp) {
	(void)argc;
	return pid1(argv, envp);
}
#else
/* The stack as the kernel made it. */
__attribute__((noreturn, used)) void start(long *stack) {
	const long argc = *stack;
	char **argv = (char **)(stack + 1);
	sys1(SYS_exit_group, pid1(argv, argv + argc + 1));
	__builtin_unreachable();
}
#endif
