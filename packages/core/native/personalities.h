/* What differs under each name that pid1 is started by, and nothing else: all that it says, and the table "personalities".
 * The code asks for no name: it asks this table. */
#ifndef PERSONALITIES_H
#define PERSONALITIES_H
#include "sys.h"

/* What is said, each with its arguments. In a text %1 to %5 stand for them; its first character is the verbosity from
 * which on it is said, or ! for a line that no prefix comes before. An empty text says nothing. */
#define SPAWNED "a"               /* program, pid */
#define DETACHED "b"
#define NOT_LEADER "c"
#define NOT_FOR_CHILD "R"         /* signal */
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
#define REAPED_ORPHAN "r"         /* pid, name, exit code */
#define MAIN_EXITED "s"           /* exit code */
#define MAIN_SIGNALED "t"         /* description */
#define RESULT "u"                /* exit code */
#define ALL_DONE "v"
#define SUSPENDED "w"
#define ZOMBIES "x"               /* pid, name, count, pid of one */
#define NO_SUBREAPER "y"
#define NOT_A_REAPER "z"
#define EXEC_FAILED "A"           /* program, error, why, " (why)" */
#define OWN_FAILURE "B"           /* what, error */
#define GRACE_OVER "C"            /* ms, processes */
#define FORCED "D"                /* processes */
#define LIVES_ON "Q"              /* processes */
#define HANDED_OFF "E"            /* pid, pid */
#define HANDOFF_REFUSED "F"       /* pid, pid */
#define OUT_OF_MEMORY "S"         /* pid, limit */
#define IDS_TAKEN "T"             /* pid, uid */
#define NEEDS_EXEC "U"            /* option */
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
	uint8_t ends_group; /* SIGTERM to whom signals go when the main child has ended, and no wait for it */
	uint8_t suspends; /* itself at a SIGTSTP, SIGTTIN or SIGTTOU, whatever the child makes of it */
	uint8_t information_fd; /* where help and version go */
	uint8_t highest_number; /* of a signal, as a value of an option */
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
		.information_fd = 1,
		.highest_number = SIGNALS,
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
			"      --node                 PROGRAM is a script for Node, which is found here\n"
			"  -x, --exec                 no init: become PROGRAM, in a process group of its own, with\n"
			"      -p, --parent PID, --foreground, --nofile N, --error-fd FD, --user UID:GID[,GID...]\n"
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
			LIVES_ON "0SIGKILL did not end everything, and this lives on: %1\0"
			OUT_OF_MEMORY "1out of memory: the kernel killed pid %1, %2\0"
			IDS_TAKEN "2gave root up, as pid %1 has: uid %2\0"
			NEEDS_EXEC "0option %1 needs --exec; try pid1 --help\0"
			HANDED_OFF "2handoff to %1 from %2\0"
			HANDOFF_REFUSED "1refused a handoff to %1 from %2: only the main child may hand off, to its descendant\0"
			NO_PROGRAM "0no PROGRAM to run; try pid1 --help\0"
			PAUSE_WITH_PROGRAM "0--pause runs no program, got \"%1\"; try pid1 --help\0"
			UNKNOWN_LETTER "0unknown option -%1; try pid1 --help\0"
			UNKNOWN_NAME "0unknown option %1; try pid1 --help\0"
			UNKNOWN_VARIABLE "1ignored the unknown variable %1; try pid1 --help\0"
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
		.information_fd = 1,
		.highest_number = SIGNALS,
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
		.suspends = 1,
		.information_fd = 2,
		.highest_number = 31,
		.verbosity = 1,
		/* As dumb-init has it to the byte, which its own tests ask for. */
		.version = "dumb-init v1.2.5\n",
		.help =
			"dumb-init v1.2.5\n"
			"Usage: dumb-init [option] command [[arg] ...]\n"
			"\n"
			"dumb-init is a simple process supervisor that forwards signals to children.\n"
			"It is designed to run as PID1 in minimal container environments.\n"
			"\n"
			"Optional arguments:\n"
			"   -c, --single-child   Run in single-child mode.\n"
			"                        In this mode, signals are only proxied to the\n"
			"                        direct child and not any of its descendants.\n"
			"   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.\n"
			"                        To ignore (not proxy) a signal, rewrite it to 0.\n"
			"                        This option can be specified multiple times.\n"
			"   -v, --verbose        Print debugging information to stderr.\n"
			"   -h, --help           Print this help message and exit.\n"
			"   -V, --version        Print the current version and exit.\n"
			"\n"
			"Full help is available online at https://github.com/Yelp/dumb-init\n",
		.prefix = "[dumb-init] ",
		.levels = "\0\0\0\0",
		.messages =
			DEBUG_MODE "2Running in debug mode.\0"
			NO_SETSID "2Not running in setsid mode.\0"
			SPAWNED "2Child spawned with PID %2.\0"
			DETACHED "2Detached from controlling tty, ignoring the first SIGHUP and SIGCONT we receive.\0"
			NOT_FOR_CHILD "2Ignoring tty hand-off signal %1.\0"
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
		.information_fd = 1,
		.highest_number = SIGNALS,
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
#endif
