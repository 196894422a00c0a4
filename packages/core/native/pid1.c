/* pid1: starts one program as PID 1 of a container, forwards every signal to it, reaps every orphan, and ends with the
 * program's exit code; with --grace it ends the whole process tree in order.
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

#define VERSION "0.1.0"

enum { EXIT_OWN_FAILURE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127, EXIT_SIGNAL = 128, EXIT_KILLED = 137 };
enum { HANDOFF_SIGNAL = 64, HANDOFF_MAGIC = 0x5049, RT_MINIMUM = 32, FORWARDED = 256 };

static struct {
	int no_subreaper, group, exec, foreground, verbose;
	int parent_death;
	int error_fd;
	long nofile;
	long grace_ms; /* 0: off */
	uint8_t expected[FORWARDED + 1];
} config = {.error_fd = -1, .nofile = -1};

static struct {
	pid_t pid;
	int ended, status, stopped;
	pid_t sender; /* who handed it over and has not ended yet; 0: nobody */
} child;

static pid_t own_pid;
static int stop_signal; /* the first TERM, INT or QUIT */
static int interrupts;
static long deadline_ms; /* 0: the clock does not run */
static int holds_real_time;

/* --- text ------------------------------------------------------------------------------------------------------- */

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

static int has_slash(const char *text) {
	while (*text && *text != '/') text++;
	return *text == '/';
}

/* The text of a number, valid until the third next call. */
static const char *number(long value) {
	static char buffers[4][24];
	static unsigned next;
	char *end = buffers[next++ % 4] + 23;
	const int negative = value < 0;
	uint64_t rest = negative ? -(uint64_t)value : (uint64_t)value;
	*end = 0;
	do *--end = (char)('0' + rest % 10);
	while (rest /= 10);
	if (negative) *--end = '-';
	return end;
}

/* One write, so that lines of several processes do not mix. */
static void write_line(int fd, const char *const *parts) {
	char line[1024];
	size_t used = 0;
	for (; *parts; parts++)
		for (const char *at = *parts; *at && used < sizeof line - 1; at++) line[used++] = *at;
	line[used++] = '\n';
	(void)sys3(SYS_write, fd, line, used); /* nobody left to tell */
}

#define say(...) write_line(2, (const char *const[]){"pid1: ", __VA_ARGS__, NULL})

static const char *error_text(long error) {
	static const struct {
		int error;
		const char *text;
	} texts[] = {
		{ENOENT, "no such file or directory"},
		{EACCES, "permission denied"},
		{EPERM, "operation not permitted"},
		{E2BIG, "arguments and environment are too long"},
		{ENOEXEC, "not in a format that can be executed"},
		{ENOMEM, "out of memory"},
		{EAGAIN, "too many processes"},
		{ENOTDIR, "a part of the path is not a directory"},
		{ETXTBSY, "the file is open for writing"},
		{ELOOP, "too many symbolic links"},
		{ENAMETOOLONG, "the name is too long"},
	};
	for (size_t index = 0; index < sizeof texts / sizeof *texts; index++)
		if (texts[index].error == error) return texts[index].text;
	return NULL;
}

/* --- signals ---------------------------------------------------------------------------------------------------- */

static const char *const signal_names[] = {
	[1] = "HUP",   [2] = "INT",   [3] = "QUIT",    [4] = "ILL",   [5] = "TRAP",  [6] = "ABRT",  [7] = "BUS",
	[8] = "FPE",   [9] = "KILL",  [10] = "USR1",   [11] = "SEGV", [12] = "USR2", [13] = "PIPE", [14] = "ALRM",
	[15] = "TERM", [16] = "STKFLT", [17] = "CHLD", [18] = "CONT", [19] = "STOP", [20] = "TSTP", [21] = "TTIN",
	[22] = "TTOU", [23] = "URG",  [24] = "XCPU",   [25] = "XFSZ", [26] = "VTALRM", [27] = "PROF", [28] = "WINCH",
	[29] = "IO",   [30] = "PWR",  [31] = "SYS",
};

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

/* A name with or without SIG, RTMIN+N, RTMAX-N or a number; 0 when it is none. */
static int parse_signal(const char *text) {
	long value;
	const char *at = text;
	if (digits(&at, SIGNALS, &value)) return *at ? 0 : (int)value;
	at = after_prefix(text, "SIG");
	if (at) text = at;
	for (int signal = 1; signal < 32; signal++)
		if (equal(text, signal_names[signal])) return signal;
	const char *minimum = after_prefix(text, "RTMIN"), *maximum = after_prefix(text, "RTMAX");
	at = minimum ? minimum : maximum;
	if (!at) return 0;
	value = 0;
	if (*at) {
		if (*at++ != (minimum ? '+' : '-') || !digits(&at, 30, &value) || *at) return 0;
	}
	return minimum ? 34 + (int)value : 64 - (int)value;
}

static const char *signal_text(int signal) {
	return signal > 0 && signal < 32 ? signal_names[signal] : number(signal);
}

/* --- options ---------------------------------------------------------------------------------------------------- */

static int set_switch(int *target, const char *value) {
	if (!value || equal(value, "1") || equal(value, "yes") || equal(value, "true") || equal(value, "on")) *target = 1;
	else if (!*value || equal(value, "0") || equal(value, "no") || equal(value, "false") || equal(value, "off"))
		*target = 0;
	else return 0;
	return 1;
}

static int set_subreaper(const char *value) {
	int on = 1;
	if (!set_switch(&on, value)) return 0;
	config.no_subreaper = !on;
	return 1;
}

static int set_no_subreaper(const char *value) { return set_switch(&config.no_subreaper, value); }
static int set_group(const char *value) { return set_switch(&config.group, value); }
static int set_exec(const char *value) { return set_switch(&config.exec, value); }
static int set_foreground(const char *value) { return set_switch(&config.foreground, value); }
static int set_verbose(const char *value) { return set_switch(&config.verbose, value); }

static int set_parent_death(const char *value) {
	config.parent_death = parse_signal(value);
	return config.parent_death != 0;
}

static int set_descriptor(const char *value) {
	long descriptor;
	if (!digits(&value, 1 << 20, &descriptor) || *value) return 0;
	config.error_fd = (int)descriptor;
	return 1;
}

static int set_nofile(const char *value) { return digits(&value, 1L << 40, &config.nofile) && !*value; }

static int set_grace(const char *value) {
	static const struct {
		const char *unit;
		long ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	long amount;
	if (!digits(&value, 1L << 30, &amount)) return 0;
	if (!amount && !*value) {
		config.grace_ms = 0;
		return 1;
	}
	for (size_t index = 0; index < sizeof units / sizeof *units; index++)
		if (equal(value, units[index].unit)) {
			config.grace_ms = amount * units[index].ms;
			return 1;
		}
	return 0;
}

static int expect_one(const char *text) {
	long low, high;
	const char *at = text;
	if (equal(text, "forwarded")) {
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
		low = high = parse_signal(text);
		if (!low) return 0;
		low = high = EXIT_SIGNAL + low;
	}
	for (; low <= high; low++) config.expected[low] = 1;
	return 1;
}

static int set_expect(const char *value) {
	char item[32];
	for (;;) {
		size_t used = 0;
		while (*value && *value != ',' && used < sizeof item - 1) item[used++] = *value++;
		item[used] = 0;
		if (!expect_one(item)) return 0;
		if (!*value) return 1;
		if (*value++ != ',') return 0;
	}
}

static const struct option {
	char letter;
	uint8_t takes_value;
	const char *name;
	int (*set)(const char *value);
	const char *expected;
} options[] = {
	{'s', 0, "subreaper", set_subreaper, "yes or no"},
	{0, 0, "no-subreaper", set_no_subreaper, "yes or no"},
	{'g', 0, "group", set_group, "yes or no"},
	{'p', 1, "parent-death", set_parent_death, "a signal, such as TERM"},
	{'e', 1, "expect", set_expect, "exit codes, such as 143, TERM, 129-143 or forwarded"},
	{'G', 1, "grace", set_grace, "a duration with a unit, such as 10s"},
	{'v', 0, "verbose", set_verbose, "yes or no"},
	/* Only for --exec, without a variable. */
	{'x', 0, "exec", set_exec, NULL},
	{0, 0, "foreground", set_foreground, NULL},
	{0, 1, "nofile", set_nofile, "a number"},
	{0, 1, "error-fd", set_descriptor, "a descriptor"},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const char help[] =
	"Usage: pid1 [OPTIONS] [--] PROGRAM [ARGS...]\n"
	"\n"
	"Starts PROGRAM, forwards every signal to it, reaps every orphan, and ends with its exit code.\n"
	"\n"
	"  -G, --grace DURATION     end the whole tree in order: SIGTERM to what PROGRAM leaves behind,\n"
	"                           SIGKILL when the time is over. Default: off, as tini\n"
	"  -e, --expect CODE        report this exit code as 0: 143, TERM, 129-143, forwarded\n"
	"  -g, --group              forward signals to the process group of PROGRAM\n"
	"  -p, --parent-death SIG   get SIG when the parent dies\n"
	"      --no-subreaper       leave orphans to the PID 1 above; for when pid1 is not PID 1\n"
	"  -x, --exec               no init: a process group of its own, then become PROGRAM\n"
	"                           (with --foreground, --nofile N, --error-fd FD, -p)\n"
	"  -v, --verbose            tell on stderr what happens\n"
	"  -h, --help\n"
	"  -V, --version\n"
	"\n"
	"Every option is also a variable: PID1_GRACE=10s, PID1_GROUP=1.\n"
	"Exit codes: 125 pid1 itself failed, 126 PROGRAM cannot be executed, 127 it is not there, 128+n signal n.\n";

static void fail_usage(const char *what, const char *option, const char *more) {
	say(what, " ", option, more, "; try pid1 --help");
	sys1(SYS_exit_group, EXIT_OWN_FAILURE);
}

static void print_and_exit(const char *text) {
	(void)sys3(SYS_write, 1, text, length_of(text));
	sys1(SYS_exit_group, 0);
}

static void set_option(const struct option *option, const char *shown, const char *value) {
	if (option->set(value)) return;
	say("bad value \"", value, "\" for ", shown, ": expected ", option->expected);
	sys1(SYS_exit_group, EXIT_OWN_FAILURE);
}

/* --name, --name=value or --name value; returns the number of arguments used. */
static int long_option(char **argv) {
	const char *text = *argv + 2;
	if (equal(text, "help")) print_and_exit(help);
	if (equal(text, "version")) print_and_exit("pid1 " VERSION "\n");
	for (int index = 0; index < OPTIONS; index++) {
		const struct option *option = &options[index];
		const char *rest = after_prefix(text, option->name);
		if (!rest || (*rest && *rest != '=')) continue;
		if (*rest == '=' && !option->takes_value) fail_usage("option", *argv, " takes no value");
		if (*rest || !option->takes_value) {
			set_option(option, *argv, *rest ? rest + 1 : NULL);
			return 1;
		}
		if (!argv[1]) fail_usage("option", *argv, " needs a value");
		set_option(option, *argv, argv[1]);
		return 2;
	}
	fail_usage("unknown option", *argv, "");
	return 0;
}

/* -g, -gv, -G10s or -G 10s. */
static int short_options(char **argv) {
	for (const char *letter = *argv + 1; *letter; letter++) {
		if (*letter == 'h') print_and_exit(help);
		if (*letter == 'V') print_and_exit("pid1 " VERSION "\n");
		const struct option *option = options;
		while (option < options + OPTIONS && option->letter != *letter) option++;
		if (option == options + OPTIONS) fail_usage("unknown option", *argv, "");
		if (!option->takes_value) {
			set_option(option, *argv, NULL);
			continue;
		}
		if (letter[1]) {
			set_option(option, *argv, letter + 1);
			return 1;
		}
		if (!argv[1]) fail_usage("option", *argv, " needs a value");
		set_option(option, *argv, argv[1]);
		return 2;
	}
	return 1;
}

/* Stops at the first argument that is no option, on every libc. Returns PROGRAM and its arguments. */
static char **parse_arguments(char **argv) {
	argv++;
	while (*argv && **argv == '-' && (*argv)[1]) {
		if (equal(*argv, "--")) {
			argv++;
			break;
		}
		argv += (*argv)[1] == '-' ? long_option(argv) : short_options(argv);
	}
	if (!*argv) fail_usage("no", "PROGRAM", " to run");
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

static void parse_environment(char **envp) {
	for (; *envp; envp++) {
		const char *variable = after_prefix(*envp, "PID1_");
		if (!variable || after_prefix(variable, "HANDOFF=")) continue;
		int known = 0;
		for (int index = 0; index < OPTIONS && !known; index++) {
			const char *value = options[index].expected ? variable_value(variable, options[index].name) : NULL;
			if (!value || equal(options[index].name, "nofile") || equal(options[index].name, "error-fd")) continue;
			set_option(&options[index], *envp, value);
			known = 1;
		}
		if (!known) fail_usage("unknown variable", *envp, "");
	}
}

/* --- the program ------------------------------------------------------------------------------------------------ */

static char program_path[4096];

static int is_directory(const char *path) {
	uint8_t stat[256];
	if (sys4(SYS_newfstatat, AT_FDCWD, path, stat, 0) < 0) return 0;
	uint32_t mode;
	memcpy(&mode, stat + STAT_MODE, sizeof mode);
	return (mode & S_IFMT) == S_IFDIR;
}

static const char *variable(char **envp, const char *name) {
	for (; *envp; envp++) {
		const char *rest = after_prefix(*envp, name);
		if (rest && *rest == '=') return rest + 1;
	}
	return NULL;
}

/* Puts the path of the program into program_path, as execvp finds it: past what cannot be executed. 0 or an errno. */
static int find_program(const char *name, char **envp) {
	const size_t name_length = length_of(name);
	if (has_slash(name) || !*name) {
		if (name_length >= sizeof program_path) return ENAMETOOLONG;
		memcpy(program_path, name, name_length + 1);
		return *name ? 0 : ENOENT;
	}
	const char *path = variable(envp, "PATH");
	if (!path) path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	int error = ENOENT;
	char refused[sizeof program_path];
	for (;;) {
		size_t used = 0;
		while (*path && *path != ':' && used < sizeof program_path - name_length - 2) program_path[used++] = *path++;
		if (!used) program_path[used++] = '.';
		program_path[used++] = '/';
		memcpy(program_path + used, name, name_length + 1);
		const long result = sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK);
		if (result == 0 && !is_directory(program_path)) return 0;
		if ((result == 0 || result == -EACCES) && error == ENOENT) {
			error = EACCES;
			memcpy(refused, program_path, sizeof refused);
		}
		while (*path && *path != ':') path++;
		if (!*path++) break;
	}
	if (error == EACCES) memcpy(program_path, refused, sizeof refused);
	return error;
}

/* Says why exec failed, in one line that names the command. Returns the exit code. */
static int explain(const char *name, long error) {
	if (error == ENOENT && sys3(SYS_faccessat, AT_FDCWD, program_path, F_OK) < 0) {
		say("cannot run \"", name, "\": ", has_slash(name) ? "it does not exist" : "not found in PATH");
		return EXIT_NOT_FOUND;
	}
	char head[256];
	const long fd = sys4(SYS_openat, AT_FDCWD, program_path, O_RDONLY | O_CLOEXEC, 0);
	const long size = fd < 0 ? 0 : sys3(SYS_read, fd, head, sizeof head - 1);
	if (fd >= 0) (void)sys1(SYS_close, fd); /* read only */
	head[size > 0 ? size : 0] = 0;
	const int is_elf = size >= 20 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F';

	if (error == ENOENT) {
		if (head[0] != '#') {
			say("cannot run \"", name, "\": its dynamic loader does not exist (built for another libc?)");
			return EXIT_NOT_FOUND;
		}
		char *interpreter = head + 2, *end;
		while (*interpreter == ' ' || *interpreter == '\t') interpreter++;
		for (end = interpreter; *end && *end != ' ' && *end != '\t' && *end != '\n' && *end != '\r';) end++;
		const int carriage_return = *end == '\r';
		*end = 0;
		say("cannot run \"", name, "\": its interpreter \"", interpreter, "\" (from #!) does not exist",
		    carriage_return ? "; the file has Windows line ends (CRLF)" : "");
		return EXIT_NOT_FOUND;
	}
	const char *why = error_text(error);
	if (is_directory(program_path)) why = "it is a directory";
	else if (error == EACCES && sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK) < 0)
		why = "permission denied; chmod +x it";
	else if (error == ENOEXEC && size == 0) why = "the file is empty";
	else if (error == ENOEXEC && is_elf) {
		const int machine = (uint8_t)head[18] | (uint8_t)head[19] << 8;
		why = machine == 183  ? "built for aarch64, this is " MACHINE
		      : machine == 62 ? "built for x86_64, this is " MACHINE
				      : "built for another architecture, this is " MACHINE;
	} else if (error == ENOEXEC) why = "it has no #! line and is no binary";
	say("cannot run \"", name, "\": ", why ? why : "error ", why ? "" : number(error));
	return EXIT_NOT_EXECUTABLE;
}

/* --- the terminal ----------------------------------------------------------------------------------------------- */

/* The controlling terminal, or -1. /dev/tty first: stdin may be redirected. */
static int open_terminal(void) { return (int)sys4(SYS_openat, AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC, 0); }

static pid_t foreground_of(int terminal) {
	pid_t group = -1;
	return sys3(SYS_ioctl, terminal, TIOCGPGRP, &group) < 0 ? -1 : group;
}

/* SIGTTOU must be blocked, or the kernel stops a background caller. */
static void set_foreground_group(int terminal, pid_t group) {
	(void)sys3(SYS_ioctl, terminal, TIOCSPGRP, &group); /* a terminal that is gone needs no foreground */
}

/* Hands the terminal over when the group that gives has it: a job in the background must not take it. */
static void pass_foreground(pid_t from, pid_t to) {
	const int terminal = open_terminal();
	if (terminal < 0) return;
	if (foreground_of(terminal) == from) set_foreground_group(terminal, to);
	(void)sys1(SYS_close, terminal); /* no data is lost */
}

/* --- starting the child ----------------------------------------------------------------------------------------- */

struct launch {
	char **argv, **envp;
	pid_t parent_group;
	uint64_t mask;
	struct sigaction child_action; /* as inherited */
	int error_pipe;
};

static char handoff_variable[40] = "PID1_HANDOFF=1:";
static char listen_pid_variable[32];

static void append(char *text, const char *more) {
	memcpy(text + length_of(text), more, length_of(more) + 1);
}

/* Copies the environment without our options, with the advertisement of the handoff. */
static void make_environment(char **from, char **to) {
	for (; *from; from++) {
		if (after_prefix(*from, "PID1_")) continue;
		const char *listen_pid = after_prefix(*from, "LISTEN_PID=");
		if (listen_pid && equal(listen_pid, number(own_pid))) {
			append(listen_pid_variable, "LISTEN_PID=");
			*to++ = listen_pid_variable;
		} else *to++ = *from;
	}
	append(handoff_variable, number(own_pid));
	*to++ = handoff_variable;
	*to = NULL;
}

/* Runs in the child, on memory that the parent shares and does not touch until exec. */
static int launch_child(void *argument) {
	struct launch *launch = argument;
	const pid_t pid = (pid_t)sys0(SYS_getpid);
	if (*listen_pid_variable) append(listen_pid_variable, number(pid));
	(void)sys2(SYS_setpgid, 0, 0); /* cannot fail for a fresh child */
	pass_foreground(launch->parent_group, pid);
	(void)sys4(SYS_rt_sigaction, SIGCHLD, &launch->child_action, NULL, 8);
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &launch->mask, NULL, 8);
	const long error = -sys3(SYS_execve, program_path, launch->argv, launch->envp);
	(void)sys3(SYS_write, launch->error_pipe, &error, sizeof error); /* the parent reads it, or is gone */
	return EXIT_NOT_EXECUTABLE;
}

/* Starts the child in a group of its own. Returns 0 or the exit code of an explained failure. */
static int start_child(char **argv, char **envp, uint64_t mask, const struct sigaction *child_action) {
	static char stack[8192] __attribute__((aligned(16)));
	size_t variables = 0;
	while (envp[variables]) variables++;
	char *environment[variables + 2];
	make_environment(envp, environment);

	long error = find_program(argv[0], envp);
	if (error) return explain(argv[0], error);
	/* Closed by exec, so that reading ends. It carries the errno of a failed one, which no exit code can tell apart
	 * from a program's own 126 or 127. */
	int pipe[2];
	error = -sys2(SYS_pipe2, pipe, O_CLOEXEC);
	if (error) {
		say("cannot make a pipe: error ", number(error));
		return EXIT_OWN_FAILURE;
	}
	struct launch launch = {
		.argv = argv,
		.envp = environment,
		.parent_group = (pid_t)sys1(SYS_getpgid, 0),
		.mask = mask,
		.child_action = *child_action,
		.error_pipe = pipe[1],
	};
	const long pid = vfork_call(launch_child, stack + sizeof stack, &launch);
	(void)sys1(SYS_close, pipe[1]); /* ours alone by now */
	if (pid < 0) {
		say("cannot fork: ", error_text(-pid) ? error_text(-pid) : number(-pid));
		return EXIT_OWN_FAILURE;
	}
	const ssize_t failed = sys3(SYS_read, pipe[0], &error, sizeof error);
	(void)sys1(SYS_close, pipe[0]); /* read to its end */
	if (failed == (ssize_t)sizeof error) {
		(void)sys4(SYS_wait4, pid, NULL, WALL, NULL); /* it has ended, with nothing to tell */
		return explain(argv[0], error);
	}
	child.pid = (pid_t)pid;
	if (config.verbose) say("started ", argv[0], " as pid ", number(pid));
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

/* Reads /proc/PID/NAME; returns its length, 0 when it is gone. The text ends with 0. */
static size_t read_proc(pid_t pid, const char *name, char *buffer, size_t size) {
	char path[48] = "/proc/";
	append(path, number(pid));
	append(path, name);
	const long fd = sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0) return 0;
	const long length = sys3(SYS_read, fd, buffer, size - 1);
	(void)sys1(SYS_close, fd); /* read only */
	buffer[length > 0 ? length : 0] = 0;
	return length > 0 ? (size_t)length : 0;
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

static int is_descendant(pid_t pid) {
	struct process process;
	/* Bounded, because the tree changes while it is read. */
	for (int depth = 0; depth < 1000 && pid > 1 && read_stat(pid, &process); depth++) {
		if (process.parent == own_pid) return 1;
		pid = process.parent;
	}
	return 0;
}

/* Calls visit for every process but pid1 that is not a zombie; as a subreaper for descendants only. */
static void for_each_process(void (*visit)(pid_t pid)) {
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
			if (!read_stat((pid_t)pid, &process) || process.state == 'Z' || process.state == 'X') continue;
			if (own_pid == 1 || is_descendant((pid_t)pid)) visit((pid_t)pid);
		}
	}
	(void)sys1(SYS_close, directory); /* read only */
}

/* --- the orderly end -------------------------------------------------------------------------------------------- */

static long now_ms(void) {
	struct timespec now = {0, 0};
	(void)sys2(SYS_clock_gettime, CLOCK_MONOTONIC, &now); /* cannot fail */
	return now.seconds * 1000 + now.nanoseconds / 1000000;
}

static void start_clock(void) {
	if (config.grace_ms && !deadline_ms) deadline_ms = now_ms() + config.grace_ms;
}

static void ask_to_end(pid_t pid) {
	(void)sys2(SYS_kill, pid, SIGTERM); /* gone or not ours to signal: the end of the clock tells */
	(void)sys2(SYS_kill, pid, SIGCONT); /* a stopped process gets its SIGTERM only now */
}

/* The main child is gone; a package manager leaves the app behind like this, unsignalled. */
static void sweep(void) {
	if (own_pid == 1) ask_to_end(-1);
	else for_each_process(ask_to_end);
}

static char killed_names[512];

static void name_process(pid_t pid) {
	char command[64];
	size_t length = read_proc(pid, "/cmdline", command, sizeof command);
	if (!length) length = read_proc(pid, "/comm", command, sizeof command);
	if (!length) return;
	for (size_t at = 0; at + 1 < length; at++)
		if (!command[at] || command[at] == '\n') command[at] = ' ';
	if (command[length - 1] == '\n') command[length - 1] = 0;
	if (length_of(killed_names) + length + 32 > sizeof killed_names) return;
	if (*killed_names) append(killed_names, ", ");
	append(killed_names, number(pid));
	append(killed_names, " (");
	append(killed_names, command);
	append(killed_names, ")");
}

static void kill_process(pid_t pid) { (void)sys2(SYS_kill, pid, SIGKILL); /* gone is what we want */ }

static int reap(void);

/* SIGKILL to everything, and waits until the kernel has ended it. */
static void kill_all(const char *why) {
	static const struct timespec pause = {0, 20000000};
	static const uint64_t child_signal = 1UL << (SIGCHLD - 1);
	struct siginfo info;
	for_each_process(name_process);
	say(why, ": killed ", *killed_names ? killed_names : "nothing that was still running");
	/* Bounded: a process in an uninterruptible sleep cannot be waited for, and our own end leaves it to the kernel. */
	for (int round = 0; round < 100; round++) {
		if (own_pid == 1) kill_process(-1);
		else for_each_process(kill_process);
		if (!reap()) return;
		(void)sys4(SYS_rt_sigtimedwait, &child_signal, &info, &pause, 8); /* a time-out is the next round */
	}
}

static const char *grace_is_over(void) {
	static char text[64] = "grace period of ";
	append(text, number(config.grace_ms));
	append(text, "ms is over");
	return text;
}

/* --- forwarding ------------------------------------------------------------------------------------------------- */

static void forward(int signal, const struct siginfo *info) {
	static int warned;
	if (child.ended) return;
	/* rt_sigqueueinfo keeps the value; it has no form for a group. */
	const long result = info->code == SI_QUEUE && !config.group
				    ? sys3(SYS_rt_sigqueueinfo, child.pid, signal, info)
				    : sys2(SYS_kill, config.group ? -child.pid : child.pid, signal);
	if (config.verbose) say("forwarded ", signal_text(signal), " to ", number(child.pid));
	if (result < 0 && !warned++)
		say("cannot forward ", signal_text(signal), " to ", number(child.pid), ": ",
		    error_text(-result) ? error_text(-result) : number(-result));
	if (child.stopped && (signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT))
		(void)sys2(SYS_kill, child.pid, SIGCONT); /* a stopped process gets its signal only now */
}

/* True when the wait for an orderly end is over by a person's wish: a second INT, or a QUIT after the first signal. */
static int note_stop_signal(int signal) {
	if (signal != SIGTERM && signal != SIGINT && signal != SIGQUIT) return 0;
	const int again = stop_signal != 0;
	if (!again) stop_signal = signal;
	if (signal == SIGINT) interrupts++;
	start_clock();
	return config.grace_ms && again && (signal == SIGQUIT || interrupts > 1);
}

/* True when the signal was a handoff message, accepted or not. */
static int take_handoff(const struct siginfo *info) {
	if (info->code != SI_QUEUE || info->value >> 48 != HANDOFF_MAGIC) return 0;
	const pid_t pid = (pid_t)(info->value & ((1UL << 22) - 1));
	const long grace_ms = (long)(info->value >> 22 & ((1UL << 25) - 1));
	struct process process;
	if (info->pid != child.pid || child.ended || (pid && pid != child.pid && (!read_stat(pid, &process) || !is_descendant(pid)))) {
		say("refused a handoff to ", number(pid), " from ", number(info->pid), ": only the main child may hand off, to its descendant");
		return 1;
	}
	if (pid) {
		holds_real_time = 0;
		if (grace_ms) config.grace_ms = grace_ms;
		if (info->value >> 47 & 1) config.expected[FORWARDED] = 1;
		if (pid != child.pid) {
			child.sender = child.pid;
			child.pid = pid;
		}
		if (stop_signal) start_clock();
	} else holds_real_time = 1;
	(void)sys2(SYS_kill, info->pid, SIGURG); /* without an answer the sender stays */
	if (config.verbose) say("handoff to ", number(pid), " from ", number(info->pid));
	return 1;
}

/* --- reaping ---------------------------------------------------------------------------------------------------- */

static int exit_code_of(int status) {
	const int signal = status & 0x7f;
	return signal ? EXIT_SIGNAL + signal : status >> 8 & 0xff;
}

static void child_ended(int status) {
	child.ended = 1;
	child.status = status;
	start_clock();
}

/* As the shell expects of a job: when the program stops, so do we, and its shell gets the terminal back. */
static void child_stopped(int signal) {
	child.stopped = 1;
	const int terminal = own_pid == 1 ? -1 : open_terminal();
	if (terminal < 0) return;
	(void)sys1(SYS_close, terminal); /* no data is lost */
	if (signal == SIGTSTP || signal == SIGSTOP || signal == SIGTTIN || signal == SIGTTOU)
		(void)sys2(SYS_kill, own_pid, SIGSTOP); /* until the shell continues us */
	pass_foreground((pid_t)sys1(SYS_getpgid, 0), child.pid);
	(void)sys2(SYS_kill, -child.pid, SIGCONT); /* it may have ended meanwhile */
}

/* The process that handed over has ended: the new main child must be ours by now, else its code is the result. */
static void sender_ended(int status) {
	struct process process;
	child.sender = 0;
	if (!read_stat(child.pid, &process) || process.parent != own_pid) child_ended(status);
}

/* Reaps all that can be. False when no child is left at all. */
static int reap(void) {
	for (;;) {
		int status;
		const long pid = sys4(SYS_wait4, -1, &status, WNOHANG | WUNTRACED | WCONTINUED | WALL, NULL);
		if (pid <= 0) return pid == 0;
		if ((status & 0xff) == 0x7f || status == 0xffff) {
			if (pid != child.pid) continue;
			if (status == 0xffff) child.stopped = 0;
			else child_stopped(status >> 8 & 0xff);
		} else if (pid == child.pid) child_ended(status);
		else if (pid == child.sender) sender_ended(status);
		else if (config.verbose) say("reaped ", number(pid), ", exit code ", number(exit_code_of(status)));
	}
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

/* Waits for the next signal, or for the end of the clock. Returns 0 when nothing came. */
static int next_signal(uint64_t signals, long until_ms, struct siginfo *info) {
	struct timespec timeout, *limit = NULL;
	if (until_ms) {
		const long left = until_ms - now_ms();
		timeout.seconds = left > 0 ? left / 1000 : 0;
		timeout.nanoseconds = left > 0 ? left % 1000 * 1000000 : 0;
		limit = &timeout;
	}
	const long signal = sys4(SYS_rt_sigtimedwait, &signals, info, limit, 8);
	return signal > 0 ? (int)signal : 0;
}

/* SIGCHLD overtakes a handoff in the queue: one that was sent before the sender ended still counts. */
static void reap_after_handoffs(void) {
	struct siginfo info;
	const uint64_t handoff = bit(HANDOFF_SIGNAL);
	static const struct timespec at_once;
	while (sys4(SYS_rt_sigtimedwait, &handoff, &info, &at_once, 8) > 0)
		if (!take_handoff(&info)) forward(HANDOFF_SIGNAL, &info);
}

/* Our exit code for the main child's. A SIGKILL at the end of the grace never gets here. */
static int result_of(int code) {
	const int by_signal = stop_signal && code == EXIT_SIGNAL + stop_signal;
	return config.expected[code] || (config.expected[FORWARDED] && by_signal) ? 0 : code;
}

static int supervise(void) {
	int swept = 0;
	for (;;) {
		struct siginfo info;
		/* Held-back signals stay in the queue, in their order. */
		const uint64_t signals = holds_real_time ? ~0UL & ~(~0UL << (RT_MINIMUM - 1)) : ~0UL;
		const int signal = next_signal(signals | bit(HANDOFF_SIGNAL), deadline_ms, &info);
		if (signal == SIGCHLD) {
			reap_after_handoffs();
			const int left = reap();
			if (!child.ended) continue;
			if (config.grace_ms && !swept++) sweep();
			if (!config.grace_ms || !left) return result_of(exit_code_of(child.status));
		} else if (signal && !(signal == HANDOFF_SIGNAL && take_handoff(&info))) {
			forward(signal, &info);
			if (note_stop_signal(signal)) {
				kill_all("the end was forced");
				return EXIT_KILLED;
			}
		}
		if (deadline_ms && now_ms() >= deadline_ms) {
			kill_all(grace_is_over());
			return EXIT_KILLED;
		}
	}
}

/* --- the shim of --exec ------------------------------------------------------------------------------------------ */

/* Becomes the program, as the leader of its own group. Returns the exit code of a failure. */
static int become_program(char **argv, char **envp, pid_t parent, uint64_t mask) {
	const pid_t group = (pid_t)sys1(SYS_getpgid, 0);
	(void)sys2(SYS_setpgid, 0, 0); /* fails only for a session leader, which leads its group already */
	if (config.foreground) pass_foreground(group, own_pid);
	if (config.parent_death) {
		(void)sys5(SYS_prctl, PR_SET_PDEATHSIG, config.parent_death, 0, 0, 0); /* a valid signal: cannot fail */
		/* It died before we asked. */
		if ((pid_t)sys0(SYS_getppid) != parent) (void)sys2(SYS_kill, own_pid, config.parent_death);
	}
	if (config.nofile >= 0) {
		struct rlimit limit;
		if (sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0) {
			limit.soft = (uint64_t)config.nofile < limit.hard ? (uint64_t)config.nofile : limit.hard;
			(void)sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL); /* below the hard limit: cannot fail */
		}
	}
	if (config.error_fd >= 0) (void)sys3(SYS_fcntl, config.error_fd, F_SETFD, FD_CLOEXEC); /* or it is not open */
	long error = find_program(argv[0], envp);
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	if (!error) error = -sys3(SYS_execve, program_path, argv, envp);
	if (config.error_fd < 0) return explain(argv[0], error);
	const char *text = number(error);
	(void)sys3(SYS_write, config.error_fd, text, length_of(text)); /* the exit code says it too */
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* --- main ------------------------------------------------------------------------------------------------------- */

static int pid1(char **argv, char **envp) {
	const uint64_t all = ~0UL;
	uint64_t mask = 0;
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, 8); /* valid arguments: cannot fail */
	own_pid = (pid_t)sys0(SYS_getpid);
	const pid_t parent = (pid_t)sys0(SYS_getppid);

	char **program = parse_arguments(argv);
	if (config.exec) return become_program(program, envp, parent, mask);
	parse_environment(envp);

	/* An inherited SIG_IGN would make the kernel reap for us, and the exit code would be lost. */
	static const struct sigaction by_default;
	struct sigaction child_action;
	(void)sys4(SYS_rt_sigaction, SIGCHLD, &by_default, &child_action, 8); /* valid arguments: cannot fail */
	if (own_pid != 1 && !config.no_subreaper && sys5(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		say("cannot become a subreaper: orphans go to the PID 1 above");
	if (config.parent_death) {
		(void)sys5(SYS_prctl, PR_SET_PDEATHSIG, config.parent_death, 0, 0, 0); /* a valid signal: cannot fail */
		if ((pid_t)sys0(SYS_getppid) != parent) (void)sys2(SYS_kill, own_pid, config.parent_death);
	}

	const int failure = start_child(program, envp, mask, &child_action);
	if (failure) return failure;
	release_resources();
	const int code = supervise();
	if (own_pid != 1) pass_foreground(child.pid, (pid_t)sys1(SYS_getpgid, 0));
	return code;
}

/* The stack as the kernel made it. */
__attribute__((noreturn, used)) void start(long *stack) {
	const long argc = *stack;
	char **argv = (char **)(stack + 1);
	sys1(SYS_exit_group, pid1(argv, argv + argc + 1));
	__builtin_unreachable();
}

void *memcpy(void *to, const void *from, size_t length) {
	char *target = to;
	const char *source = from;
	while (length--) *target++ = *source++;
	return to;
}

void *memset(void *to, int byte, size_t length) {
	char *target = to;
	while (length--) *target++ = (char)byte;
	return to;
}
