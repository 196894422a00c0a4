/* pid1: starts one program as PID 1 of a container, forwards every signal to it, reaps every orphan, and ends with the
 * program's exit code; with --grace it ends the whole process tree in order. Under the name of tini, docker-init,
 * dumb-init, catatonit or podman-init it has that program's interface: see the table "personalities".
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

static struct config {
	int no_subreaper, group, setsid, setsid_off, debug, pause, exec, foreground, warn_reaped, zombies, verbosity;
	int parent_death;
	long parent, error_fd, nofile; /* parent 0: the one that we find; error_fd, nofile -1: none */
	long grace_ms; /* 0: off */
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

static pid_t own_pid;
static uint64_t stops_forwarded; /* what TERM, INT and QUIT became on their way to the child */
static int stops_received, interrupts;
static long deadline_ms; /* 0: the clock does not run */
static int holds_real_time;
/* The signal of the handoff itself cannot wait in the kernel's queue, as others can: a message may stand behind it. */
static struct siginfo held_back[64];
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

static void print(int fd, const char *text) {
	(void)sys3(SYS_write, fd, text, length_of(text)); /* nobody left to tell */
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

/* A name with or without SIG, RTMIN+N, RTMAX-N or a number; 0 when it is none. */
static int parse_signal(const char *text) {
	long value;
	const char *at = text;
	if (digits(&at, SIGNALS, &value)) return *at ? 0 : (int)value;
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

/* --- names ------------------------------------------------------------------------------------------------------ */

/* What is said, each with its arguments. In a text %1 to %5 stand for them; its first character is the verbosity from
 * which on it is said, or ! for a line that no prefix comes before. An empty text says nothing. */
#define SPAWNED "a"               /* program, pid */
#define DETACHED "b"
#define NOT_LEADER "c"
#define NOT_DETACHED "d"
#define NOT_ATTACHED "e"
#define SETSID_DONE "f"
#define DEBUG_MODE "O"
#define NO_SETSID "P"
#define RECEIVED "g"              /* signal */
#define RECEIVED_CHILD "h"        /* signal */
#define TRANSLATED "i"            /* signal, signal */
#define DROPPED "j"               /* signal, name */
#define DELAYED "k"               /* name, ms */
#define FORWARDED_TO "l"          /* signal, name, pid, description */
#define FORWARD_FAILED "m"        /* name, pid, error */
#define FORWARD_TO_NOBODY "n"     /* name, pid, error */
#define ENDED_WITH_CODE "o"       /* pid, exit code */
#define ENDED_BY_SIGNAL "p"       /* pid, signal, name */
#define NOTHING_TO_REAP "q"
#define REAPED_ORPHAN "r"         /* pid, command, exit code */
#define MAIN_EXITED "s"           /* exit code */
#define MAIN_SIGNALED "t"         /* description */
#define RESULT "u"                /* exit code */
#define ALL_DONE "v"
#define SUSPENDED "w"
#define ZOMBIES "x"               /* pid, command, count, pid of one */
#define NO_SUBREAPER "y"
#define NOT_A_REAPER "z"
#define EXEC_FAILED "A"           /* program, error, why, " (why)" */
#define OWN_FAILURE "B"           /* what, error */
#define GRACE_OVER "C"            /* ms, processes */
#define FORCED "D"                /* processes */
#define HANDED_OFF "E"            /* pid, pid */
#define HANDOFF_REFUSED "F"       /* pid, pid */
#define NO_PROGRAM "G"
#define PAUSE_WITH_PROGRAM "H"    /* argument */
#define UNKNOWN_LETTER "I"        /* letter */
#define UNKNOWN_NAME "J"          /* argument */
#define UNKNOWN_VARIABLE "K"      /* variable */
#define MISSING_VALUE "L"         /* option */
#define UNWANTED_VALUE "M"        /* option */
#define BAD_VALUE "N"             /* option, value, what is expected */

enum { PID1 = 1, TINI = 2, DUMB_INIT = 4, CATATONIT = 8 };

#define TINI_HELP \
	"tini (tini version 0.19.0_pid1-" VERSION ")\n" \
	"Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version\n" \
	"\n" \
	"Command line options:\n" \
	"\n" \
	"  --version: Print the version.\n" \
	"  -h: Print this.\n" \
	"  -s: Become a subreaper when not PID 1.\n" \
	"  -p SIGNAL: Get SIGNAL when the parent dies, such as SIGKILL.\n" \
	"  -v: Say more, up to three times.\n" \
	"  -w: Warn of each orphan that is reaped.\n" \
	"  -g: Forward signals to the child's process group.\n" \
	"  -e EXIT_CODE: Report EXIT_CODE (0 to 255) as 0.\n" \
	"  -l: Print the licence.\n" \
	"\n" \
	"Environment variables: TINI_SUBREAPER, TINI_KILL_PROCESS_GROUP, TINI_VERBOSITY (default 1)\n"

#define CATATONIT_USAGE "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n"

/* What differs under each name; nowhere else does the code ask for it. */
static const struct personality {
	uint8_t name; /* a bit, for the table of options */
	uint8_t own_failure, not_executable, not_found; /* exit codes */
	uint8_t subreaper, group, setsid; /* defaults */
	uint8_t ends_group; /* SIGTERM to the group when the main child has ended, and no wait for it */
	uint8_t verbosity;
	const char *argv0; /* a NUL after each */
	const char *version, *help;
	const char *usage; /* on stderr after wrong usage, or NULL */
	const char *prefix; /* of each line: %1 is the level's name, %2 our pid */
	const char *levels; /* by their number, a NUL after each */
	const char *messages; /* a key, a text, a NUL each; what is not there is as under our own name */
} personalities[] = {
	{
		.name = PID1,
		.argv0 = "pid1\0",
		.own_failure = 125,
		.not_executable = 126,
		.not_found = 127,
		.subreaper = 1,
		.verbosity = 1,
		.version = "pid1 " VERSION "\n",
		.help =
			"Usage: pid1 [OPTIONS] [--] PROGRAM [ARGS...]\n"
			"Starts PROGRAM, forwards signals to it, reaps orphans, ends with its exit code.\n"
			"  -G, --grace DURATION       end the whole tree in order; SIGKILL when the time is over\n"
			"  -e, --expect CODE          report this exit code as 0: 143, TERM, 129-143, forwarded\n"
			"  -g, --group                forward signals to the process group of PROGRAM\n"
			"  -r, --rewrite FROM:TO      forward TO in place of FROM, such as TERM:QUIT; 0 drops it\n"
			"  -D, --delay SIGNAL=TIME    hold a signal back, such as TERM=5s\n"
			"  -p, --parent-death SIGNAL  get SIGNAL when the parent dies\n"
			"  -t, --setsid               a new session for PROGRAM, which gets the terminal\n"
			"  -s, --subreaper            when not PID 1, take orphans over: the default; --no-subreaper\n"
			"  -P, --pause                no PROGRAM: reap until TERM, INT or QUIT\n"
			"  -x, --exec                 no init: become PROGRAM, in a process group of its own, with\n"
			"      -p, --parent PID, --foreground, --nofile N, --error-fd FD\n"
			"  -w, --warn-reaped          tell of each orphan that is reaped\n"
			"  -z, --zombies              name the live parents of zombies, which only they can reap\n"
			"  -v, --verbose              tell what happens\n"
			"  -h, --help;  -l, --licence;  -V, --version\n"
			"Each is a variable too, lists with commas: PID1_GRACE=10s PID1_EXPECT=143,forwarded\n"
			"Exit codes: PROGRAM's, 128+n by signal n, 137 if the end of the grace needed SIGKILL,\n"
			"127 not found, 126 cannot be executed, 125 pid1 itself failed or was called wrongly.\n",
		.prefix = "pid1: ",
		.levels = "\0\0\0\0",
		.messages =
			SPAWNED "2started %1 as pid %2\0"
			DROPPED "2dropped %2\0"
			DELAYED "2holding %1 back for %2 ms\0"
			FORWARDED_TO "2forwarded %2 to pid %3\0"
			FORWARD_FAILED "1cannot forward %1 to pid %2: %3\0"
			FORWARD_TO_NOBODY "1cannot forward %1 to pid %2: %3\0"
			ENDED_WITH_CODE "2pid %1 ended with exit code %2\0"
			ENDED_BY_SIGNAL "2pid %1 was ended by %3\0"
			REAPED_ORPHAN "1reaped orphan %1 (%2), exit code %3\0"
			ZOMBIES "1pid %1 (%2) does not reap its children: zombies %3, one of them pid %4\0"
			NO_SUBREAPER "1cannot become a subreaper: orphans go to the PID 1 above\0"
			EXEC_FAILED "0cannot run \"%1\": %3\0"
			OWN_FAILURE "0cannot %1: %2\0"
			GRACE_OVER "1grace period of %1ms is over: killed %2\0"
			FORCED "1the end was forced: killed %1\0"
			HANDED_OFF "2handoff to %1 from %2\0"
			HANDOFF_REFUSED "1refused a handoff to %1 from %2: only the main child may hand off, to its descendant\0"
			NO_PROGRAM "0no PROGRAM to run; try pid1 --help\0"
			PAUSE_WITH_PROGRAM "0--pause runs no program, got \"%1\"; try pid1 --help\0"
			UNKNOWN_LETTER "0unknown option -%1; try pid1 --help\0"
			UNKNOWN_NAME "0unknown option %1; try pid1 --help\0"
			UNKNOWN_VARIABLE "0unknown variable %1; try pid1 --help\0"
			MISSING_VALUE "0option %1 needs a value; try pid1 --help\0"
			UNWANTED_VALUE "0option %1 takes no value; try pid1 --help\0"
			BAD_VALUE "0bad value \"%2\" for %1: expected %3\0"
	},
	{
		.name = TINI,
		.argv0 = "tini\0tini-static\0docker-init\0",
		.own_failure = 1,
		.not_executable = 126,
		.not_found = 127,
		.verbosity = 1,
		.version = "tini version 0.19.0_pid1-" VERSION "\n", /* what `docker info` can read */
		.help = TINI_HELP,
		.usage = TINI_HELP,
		.prefix = "[%1 tini (%2)] ",
		.levels = "FATAL\0WARN \0INFO \0DEBUG\0TRACE\0",
		.messages =
			SPAWNED "2Spawned child process '%1' with pid '%2'\0"
			RECEIVED_CHILD "3Received SIGCHLD\0"
			FORWARDED_TO "3Passing signal: '%4'\0"
			FORWARD_FAILED "1Unexpected error when forwarding signal: '%3'\0"
			FORWARD_TO_NOBODY "1Child was dead when forwarding signal\0"
			ENDED_WITH_CODE "3Reaped child with pid: '%1'\0"
			ENDED_BY_SIGNAL "3Reaped child with pid: '%1'\0"
			NOTHING_TO_REAP "4No child to reap\0"
			REAPED_ORPHAN "1Reaped zombie process with pid=%1\0"
			MAIN_EXITED "2Main child exited normally (with status '%1')\0"
			MAIN_SIGNALED "2Main child exited with signal (with signal '%1')\0"
			ALL_DONE "4Exiting: child has exited\0"
			NOT_A_REAPER "1Tini is not running as PID 1 and isn't registered as a child subreaper.\n"
				"Zombie processes will not be re-parented to Tini, so zombie reaping won't work.\n"
				"To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER "
				"to register Tini as a child subreaper, or run Tini as PID 1.\0"
			EXEC_FAILED "0exec %1 failed: %2%4\0"
			NO_PROGRAM "\0"
			UNKNOWN_LETTER "!tini: invalid option -- '%1'\0"
			UNKNOWN_NAME "!tini: invalid option -- '-'\0"
			MISSING_VALUE "!tini: option requires an argument -- '%1'\0"
			BAD_VALUE "0Not a valid option for %1: %2\0",
	},
	{
		.name = DUMB_INIT,
		.argv0 = "dumb-init\0",
		.own_failure = 1,
		.not_executable = 2,
		.not_found = 2,
		.group = 1,
		.setsid = 1,
		.ends_group = 1,
		.verbosity = 1,
		.version = "dumb-init v1.2.5_pid1-" VERSION "\n",
		.help =
			"dumb-init v1.2.5_pid1-" VERSION "\n"
			"Usage: dumb-init [option] command [[arg] ...]\n"
			"\n"
			"   -c, --single-child   no session of its own, signals to the direct child alone\n"
			"   -r, --rewrite s:r    forward signal r in place of s, by number or name; 0 drops it;\n"
			"                        can be given several times\n"
			"   -v, --verbose        tell on stderr what happens\n"
			"   -h, --help           print this and exit\n"
			"   -V, --version        print the version and exit\n",
		.prefix = "[dumb-init] ",
		.levels = "\0\0\0\0",
		.messages =
			DEBUG_MODE "2Running in debug mode.\0"
			NO_SETSID "2Not running in setsid mode.\0"
			SPAWNED "2Child spawned with PID %2.\0"
			DETACHED "2Detached from controlling tty, ignoring the first SIGHUP and SIGCONT we receive.\0"
			NOT_LEADER "2Detached from controlling tty, but was not session leader.\0"
			NOT_DETACHED "2Unable to detach from controlling tty (errno=25 Inappropriate ioctl for device).\0"
			NOT_ATTACHED "2Unable to attach to controlling tty (errno=25 Inappropriate ioctl for device).\0"
			SETSID_DONE "2setsid complete.\0"
			RECEIVED "2Received signal %1.\0"
			RECEIVED_CHILD "2Received signal %1.\0"
			TRANSLATED "2Translating signal %1 to %2.\0"
			DROPPED "2Not forwarding signal %1 to children (ignored).\0"
			FORWARDED_TO "2Forwarded signal %1 to children.\0"
			ENDED_WITH_CODE "2A child with PID %1 exited with exit status %2.\0"
			ENDED_BY_SIGNAL "2A child with PID %1 was terminated by signal %2.\0"
			RESULT "2Child exited with status %1. Goodbye.\0"
			SUSPENDED "2Suspending self due to TTY signal.\0"
			EXEC_FAILED "0%1: %2%4\0"
			NO_PROGRAM "!Usage: dumb-init [option] program [args]\nTry dumb-init --help for full usage.\0"
			UNKNOWN_LETTER "!dumb-init: invalid option -- '%1'\0"
			UNKNOWN_NAME "!dumb-init: unrecognized option '%1'\0"
			MISSING_VALUE "!dumb-init: option requires an argument -- '%1'\0"
			UNWANTED_VALUE "!dumb-init: option '%1' doesn't allow an argument\0"
			BAD_VALUE "!Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.\n"
				"This option can be specified multiple times.\n"
				"Use --help for full usage.\0",
	},
	{
		.name = CATATONIT,
		.argv0 = "catatonit\0podman-init\0",
		.own_failure = 1,
		.not_executable = 1,
		.not_found = 1,
		.subreaper = 1,
		.verbosity = 1,
		.version = "tini version 0.2.1_catatonit_pid1-" VERSION "\n",
		.help =
			CATATONIT_USAGE
			"\n"
			"options:\n"
			"  -g              forward signals to the program's process group\n"
			"  -h              print this and exit\n"
			"  -L              print the licence and exit\n"
			"  -P              pause: run no program, end at SIGTERM or SIGINT\n"
			"  -V, --version   print the version and exit\n",
		.usage = CATATONIT_USAGE,
		.prefix = "%1 (catatonit:%2): ",
		.levels = "ERROR\0WARN\0DEBUG\0DEBUG\0DEBUG\0",
		.messages =
			SPAWNED "2pid1 (%2) spawned: %1\0"
			FORWARDED_TO "\0"
			ENDED_WITH_CODE "2child process %1 exited with code %2\0"
			ENDED_BY_SIGNAL "2child process %1 exited due to signal %2\0"
			EXEC_FAILED "0failed to exec pid1: %2 (%1)%4\0"
			NO_PROGRAM "0missing program name\0"
			UNKNOWN_LETTER "!catatonit: invalid option -- '%1'\0"
			UNKNOWN_NAME "!catatonit: unrecognized option '%1'\0"
			UNWANTED_VALUE "!catatonit: option '%1' doesn't allow an argument\0",
	},
};

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
	{DUMB_INIT, "DUMB_INIT_DEBUG", env_debug},
	{CATATONIT, "CATATONIT_DEBUG", env_debug},
};

static const struct personality *self;

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
	if (sys3(SYS_write, 2, line, used) == -EPIPE) (void)queued_signal(bit(SIGPIPE), NULL);
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
	const char *expected; /* NULL: has no variable */
} options[] = {
	{'s', PID1 | TINI, PID1, 0, "subreaper", set_subreaper, "yes or no"},
	{0, 0, PID1, 0, "no-subreaper", set_no_subreaper, "yes or no"},
	{'g', PID1 | TINI | CATATONIT, PID1, 0, "group", set_group, "yes or no"},
	{'p', PID1 | TINI, PID1, 1, "parent-death", set_parent_death, "a signal, such as TERM"},
	{'e', PID1 | TINI, PID1, 1, "expect", set_expect, "exit codes, such as 143, TERM, 129-143 or forwarded"},
	{'r', PID1 | DUMB_INIT, PID1 | DUMB_INIT, 1, "rewrite", set_rewrite, "FROM:TO, such as TERM:QUIT or WINCH:0"},
	{'D', PID1, PID1, 1, "delay", set_delay, "SIGNAL=DURATION, such as TERM=5s"},
	{'t', PID1, PID1, 0, "setsid", set_setsid, "yes or no"},
	{'G', PID1, PID1, 1, "grace", set_grace, "a duration with a unit, such as 10s"},
	{'w', PID1 | TINI, PID1, 0, "warn-reaped", set_warn_reaped, "yes or no"},
	{'z', PID1, PID1, 0, "zombies", set_zombies, "yes or no"},
	{'v', PID1 | TINI | DUMB_INIT, PID1 | DUMB_INIT, 0, "verbose", set_verbose, "yes or no"},
	{'P', PID1 | CATATONIT, PID1, 0, "pause", set_pause, "yes or no"},
	{'c', DUMB_INIT, DUMB_INIT, 0, "single-child", set_single_child, NULL},
	{'x', PID1, PID1, 0, "exec", set_exec, NULL},
	{0, 0, PID1, 0, "foreground", set_foreground, NULL},
	{0, 0, PID1, 1, "parent", set_parent, NULL},
	{0, 0, PID1, 1, "nofile", set_nofile, NULL},
	{0, 0, PID1, 1, "error-fd", set_error_fd, NULL},
	{'h', PID1 | TINI | DUMB_INIT | CATATONIT, PID1 | TINI | DUMB_INIT | CATATONIT, 0, "help", NULL, NULL},
	{'V', PID1 | DUMB_INIT | CATATONIT, PID1 | TINI | DUMB_INIT | CATATONIT, 0, "version", NULL, NULL},
	{'l', PID1 | TINI, PID1, 0, "licence", NULL, NULL},
	{'L', CATATONIT, 0, 0, "licence", NULL, NULL},
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
	print(1, option->letter == 'h' ? self->help : option->letter == 'V' ? self->version : licence);
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

static void apply_variable(char *text, const char *name) {
	for (const struct option *option = options; option < options_end; option++) {
		const char *value = option->expected ? variable_value(name, option->name) : NULL;
		if (!value) continue;
		if (option->set(value)) return;
		self = personalities; /* what these variables are is ours under every name */
		(void)split(text, '='); /* the value is shown apart */
		tell(BAD_VALUE, text, value, option->expected);
		fail();
	}
	self = personalities;
	(void)split(text, '='); /* only the name is shown */
	tell(UNKNOWN_VARIABLE, text);
	fail_with_usage();
}

static void parse_environment(char **envp) {
	for (; *envp; envp++) {
		const char *name = after_prefix(*envp, "PID1_");
		if (name && !after_prefix(name, "HANDOFF=")) apply_variable(*envp, name);
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
	if (config.debug) tell(DEBUG_MODE);
	if (config.setsid_off) tell(NO_SETSID);
	if (config.pause && *program) {
		tell(PAUSE_WITH_PROGRAM, *program);
		fail_with_usage();
	}
	if (!config.pause && !*program) {
		tell(NO_PROGRAM);
		fail_with_usage();
	}
	return program;
}

/* --- the program ------------------------------------------------------------------------------------------------ */

static char program_path[4096];

/* The type and permissions of the program's file; 0 when it cannot be seen. */
static uint32_t program_mode(void) {
	uint8_t stat[256];
	uint32_t mode;
	if (sys4(SYS_newfstatat, AT_FDCWD, program_path, stat, 0) < 0) return 0;
	memcpy(&mode, stat + STAT_MODE, sizeof mode);
	return mode;
}

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

/* What the system's own words for the error do not say, or NULL. */
static const char *reason(long error) {
	static char text[384];
	char head[256];
	const long fd = sys4(SYS_openat, AT_FDCWD, program_path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	const long size = fd < 0 ? 0 : sys3(SYS_read, fd, head, sizeof head - 1);
	if (fd >= 0) (void)sys1(SYS_close, fd); /* read only */
	head[size > 0 ? size : 0] = 0;

	if (error == ENOENT) {
		if (head[0] != '#') return "its dynamic loader does not exist (built for another libc?)";
		char *interpreter = head + 2;
		while (*interpreter == ' ' || *interpreter == '\t') interpreter++;
		const int carriage_return = cut_interpreter(interpreter);
		append(text, "its interpreter \"%1\" (from #!) does not exist%2", interpreter,
		       carriage_return ? "; the file has Windows line ends (CRLF)" : "");
		return text;
	}
	if (is_directory()) return "it is a directory";
	if (error == EACCES && sys3(SYS_faccessat, AT_FDCWD, program_path, X_OK) < 0) return why_no_permission();
	if (error != ENOEXEC) return NULL;
	if (size <= 0) return "the file is empty";
	if (size < 20 || !after_prefix(head, "\177ELF")) return "it has no #! line and is no binary";
	const int machine = (uint8_t)head[18] | (uint8_t)head[19] << 8;
	if (machine == ELF_MACHINE) return "it is damaged, or a 32-bit binary";
	append(text, "built for %1, this is " MACHINE,
	       machine == 183 ? "aarch64" : machine == 62 ? "x86_64" : "another architecture");
	return text;
}

/* Says why exec failed, in one line that names the command. Returns the exit code. */
static int explain(const char *name, long error) {
	char more[400] = "";
	const char *why;
	if (error == ENOENT && !exists(program_path)) why = has_slash(name) ? "it does not exist" : "not found in PATH";
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
	long terminal = sys4(SYS_openat, AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC, 0);
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
	for (int signal; (signal = queued_signal(bit(SIGHUP) | bit(SIGCONT), &info));)
		if (info.pid != own_pid) {
			(void)sys3(SYS_rt_sigqueueinfo, own_pid, signal, &info); /* a person's: back into the queue */
			break;
		}
	tell(DETACHED);
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
};

static char handoff_variable[40];
static char listen_pid_variable[32];

/* Takes our options out of the environment and puts the advertisement of the handoff in. In place: what the kernel
 * left behind its end, the auxiliary vector, is of no use here, so that one pointer more fits. */
static void make_environment(char **envp) {
	char **to = envp;
	for (char **from = envp; *from; from++) {
		if (after_prefix(*from, "PID1_")) continue;
		const char *listen_pid = after_prefix(*from, "LISTEN_PID=");
		if (listen_pid && equal(listen_pid, number(own_pid))) {
			append(listen_pid_variable, "LISTEN_PID=%1", "");
			*to++ = listen_pid_variable;
		} else *to++ = *from;
	}
	append(handoff_variable, "PID1_HANDOFF=1:%1", number(own_pid));
	*to++ = handoff_variable;
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
	if (*listen_pid_variable) append(listen_pid_variable, "%1", number(pid));
	tell(SPAWNED, launch->argv[0], number(pid));
	if (config.setsid) enter_session(launch->terminal);
	else {
		(void)sys2(SYS_setpgid, 0, 0); /* cannot fail for a fresh child */
		has_foreground = pass_foreground(launch->parent_group, pid);
	}
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

/* Starts the child in a group of its own. Returns 0 or the exit code of an explained failure. */
static int start_child(char **argv, char **envp, uint64_t mask, const struct sigaction *child_action) {
	static char stack[8192] __attribute__((aligned(16)));
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

/* Reads /proc/PID/NAME; returns its length, 0 when it is gone. The text ends with 0. */
static size_t read_proc(pid_t pid, const char *name, char *buffer, size_t size) {
	char path[48] = "";
	append(path, "/proc/%1%2", number(pid), name);
	if (!has_own_proc()) return *buffer = 0;
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

static int is_zombie(const struct process *process) { return process->state == 'Z' || process->state == 'X'; }

/* The command line with blanks, or the name in the kernel for a zombie and for a kernel thread. */
static const char *command_of(pid_t pid) {
	static char command[80];
	size_t length = read_proc(pid, "/cmdline", command, sizeof command);
	if (!length) length = read_proc(pid, "/comm", command, sizeof command);
	while (length && (!command[length - 1] || command[length - 1] == '\n')) command[--length] = 0;
	for (size_t at = 0; at < length; at++)
		if ((uint8_t)command[at] < ' ') command[at] = ' ';
	return length ? command : "?";
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

static struct {
	pid_t pid, zombie; /* a parent and one of its zombies */
	int count, known, reported;
} parents[32];

static void note_zombie(pid_t pid, const struct process *process) {
	if (!is_zombie(process) || process->parent == own_pid || process->parent <= 0 || !is_ours(pid)) return;
	for (size_t index = 0; index < sizeof parents / sizeof *parents; index++) {
		if (parents[index].pid > 0 && parents[index].pid != process->parent) continue;
		parents[index].pid = process->parent;
		if (!parents[index].zombie) parents[index].zombie = pid;
		if (parents[index].zombie == pid) parents[index].known++;
		parents[index].count++;
		return;
	}
}

/* A zombie that is seen twice is not one that its parent is about to reap. A parent is told of again when it has twice
 * as many. */
static void report_zombies(void) {
	for (size_t index = 0; index < sizeof parents / sizeof *parents; index++) parents[index].count = 0;
	for_each_process(note_zombie);
	for (size_t index = 0; index < sizeof parents / sizeof *parents && parents[index].pid; index++) {
		const pid_t parent = parents[index].pid;
		const int count = parents[index].count;
		if (parents[index].known > 1 && count >= 2 * parents[index].reported && count) {
			parents[index].reported = count;
			tell(ZOMBIES, number(parent), command_of(parent), number(count), number(parents[index].zombie));
		}
		struct process zombie;
		const int gone = !read_stat(parents[index].zombie, &zombie) || !is_zombie(&zombie);
		if (gone) parents[index].zombie = 0, parents[index].known = 0;
		if (!count) parents[index].pid = -1, parents[index].reported = 0; /* room for another */
	}
}

/* --- time ------------------------------------------------------------------------------------------------------- */

static long next_zombie_look_ms; /* 0: never */

/* What the delays hold back. */
static struct {
	long due_ms; /* 0: nothing */
	struct siginfo info;
} held[SIGNALS + 1];

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

static void ask_to_end(pid_t pid) {
	(void)sys2(SYS_kill, pid, SIGTERM); /* gone or not ours to signal: the end of the clock tells */
	(void)sys2(SYS_kill, pid, SIGCONT); /* a stopped process gets its SIGTERM only now */
}

static void ask_descendant_to_end(pid_t pid, const struct process *process) {
	(void)process;
	if (is_ours(pid)) ask_to_end(pid);
}

/* The main child is gone; a package manager leaves the app behind like this, unsignalled. */
static void sweep(void) {
	if (own_pid == 1) ask_to_end(-1);
	else if (has_own_proc()) for_each_process(ask_descendant_to_end);
	else ask_to_end(-child.group); /* as far as it can be known */
}

static char killed_names[LONGEST_ARGUMENT];
static int unnamed;

static void name_process(pid_t pid, const struct process *process) {
	if (is_zombie(process) || !is_ours(pid)) return;
	const char *command = command_of(pid);
	if (length_of(killed_names) + length_of(command) + 60 > sizeof killed_names) {
		unnamed++;
		return;
	}
	append(killed_names, "%1%2 (%3)", *killed_names ? ", " : "", number(pid), command);
}

static void kill_process(pid_t pid, const struct process *process) {
	(void)process;
	if (is_ours(pid)) (void)sys2(SYS_kill, pid, SIGKILL); /* gone is what we want */
}

static int reap(void);
static int result(void);

/* SIGKILL to everything, and waits until the kernel has ended it. */
static int kill_all(const char *why) {
	static const struct timespec pause = {0, 20000000};
	static const uint64_t child_signal = 1UL << (SIGCHLD - 1);
	struct siginfo info;
	if (!reap()) return result(); /* the last one has just ended by itself */
	for_each_process(name_process);
	if (unnamed) append(killed_names, " and %1 more", number(unnamed));
	const char *killed = *killed_names ? killed_names : "what /proc does not show";
	if (*why == *GRACE_OVER) tell(why, number(config.grace_ms), killed);
	else tell(why, killed);
	/* Bounded: a process in an uninterruptible sleep cannot be waited for, and our own end leaves it to the kernel. */
	for (int round = 0; round < 100; round++) {
		if (own_pid == 1) (void)sys2(SYS_kill, -1, SIGKILL); /* nobody left is what we want */
		else if (has_own_proc()) for_each_process(kill_process);
		else (void)sys2(SYS_kill, -child.group, SIGKILL); /* as far as it can be known */
		if (!reap()) break;
		(void)sys4(SYS_rt_sigtimedwait, &child_signal, &info, &pause, 8); /* a time-out is the next round */
	}
	return EXIT_KILLED;
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
	const long result = send_to(target, signal, info);
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
	if (info->pid != child.pid || child.ended ||
	    (pid && pid != child.pid && (!read_stat(pid, &process) || !is_descendant(pid)))) {
		tell(HANDOFF_REFUSED, number(pid), number(info->pid));
		return 1;
	}
	if (pid) {
		holds_real_time = 0;
		if (grace_ms) config.grace_ms = grace_ms;
		/* Bit 0 is the command line's, bit 1 the last handoff's, which may take it back. */
		config.expected[FORWARDED] = (config.expected[FORWARDED] & 1) | (uint8_t)(info->value >> 46 & 2);
		if (pid != child.pid) {
			const pid_t group = (pid_t)sys1(SYS_getpgid, pid);
			child.sender = child.pid;
			child.pid = pid;
			if (group > 0 && group != (pid_t)sys1(SYS_getpgid, 0)) child.group = group;
		}
		if (stops_forwarded) start_clock();
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
	if (held_back_count == sizeof held_back / sizeof *held_back) return 0;
	held_back[held_back_count++] = *info;
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
	static const uint64_t all = ~0UL, all_but_stop = ~(1UL << (SIGTSTP - 1));
	child.stopped = 1;
	const int terminal = open_terminal();
	if (terminal < 0) return;
	/* An editor stops itself with SIGSTOP when the key is pressed. */
	const int by_terminal = is_terminal_stop(signal) || child.stop_forwarded || foreground_of(terminal) == child.group;
	(void)sys1(SYS_close, terminal); /* no data is lost */
	if (!by_terminal) return;
	tell(SUSPENDED);
	/* The whole job, as the key was meant. The kernel drops it where no shell could continue us: for a session leader,
	 * and any other orphaned group. It never stops PID 1, whose group may reach out of its namespace. */
	if (own_pid != 1) (void)sys2(SYS_kill, 0, SIGTSTP); /* our own group is there */
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all_but_stop, NULL, 8);
	(void)sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	const int continued = queued_signal(bit(SIGCONT), NULL);
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
	return info.pid > 0 && info.pid != child.pid ? command_of(info.pid) : NULL;
}

/* Reaps all that can be. False when no child is left at all. */
static int reap(void) {
	for (;;) {
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
	if (until_ms) {
		const long left = until_ms - now_ms();
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
	if (config.grace_ms) {
		take_foreground_back(); /* else no key reaches us while we wait */
		if (left || own_pid == 1) sweep(); /* a visitor is no child of PID 1, and gets its signal too */
	} else if (self->ends_group && child.group) {
		const int signal = rewritten(SIGTERM);
		if (signal) (void)sys2(SYS_kill, -child.group, signal); /* most often nobody is left */
		if (signal) tell(FORWARDED_TO, number(signal));
	}
}

static int supervise(void) {
	int ending = 0;
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
		const int left = signal == SIGCHLD || child.ended ? reap() : 1;
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

static void arm_parent_death(pid_t parent) {
	if (!config.parent_death) return;
	(void)sys5(SYS_prctl, PR_SET_PDEATHSIG, config.parent_death, 0, 0, 0); /* a valid signal: cannot fail */
	/* It died before we asked; 0: it is in another PID namespace. */
	const long now = sys0(SYS_getppid);
	if (now && now != (config.parent ? config.parent : parent)) (void)sys2(SYS_kill, own_pid, config.parent_death);
}

/* Becomes the program, as the leader of its own group. Returns the exit code of a failure. */
static int become_program(char **argv, char **envp, pid_t parent, uint64_t mask) {
	const pid_t group = (pid_t)sys1(SYS_getpgid, 0);
	(void)sys2(SYS_setpgid, 0, 0); /* fails only for a session leader, which leads its group already */
	if (config.foreground) (void)pass_foreground(group, own_pid); /* a job in the background does not get it */
	arm_parent_death(parent);
	if (config.nofile >= 0) {
		struct rlimit limit;
		if (sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0) {
			limit.soft = (uint64_t)config.nofile < limit.hard ? (uint64_t)config.nofile : limit.hard;
			(void)sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL); /* below the hard limit: cannot fail */
		}
	}
	if (config.error_fd >= 0) (void)sys3(SYS_fcntl, (int)config.error_fd, F_SETFD, FD_CLOEXEC); /* or it is not open */
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
	const pid_t parent = (pid_t)sys0(SYS_getppid);

	find_personality(*argv);
	char **program = configure(argv, envp);
	if (config.exec) return become_program(program, envp, parent, mask);

	/* An inherited SIG_IGN would make the kernel reap for us, and the exit code would be lost. */
	static const struct sigaction by_default;
	struct sigaction child_action;
	(void)sys4(SYS_rt_sigaction, SIGCHLD, &by_default, &child_action, 8); /* valid arguments: cannot fail */
	become_reaper();
	arm_parent_death(parent);
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
