/* The Node-API addon: the syscalls that Node has no function for.
 *
 * Linked with -nostdlib, so that the file needs no library by name: what it uses (malloc, syscall and
 * __errno_location) is found in the libc of the process that loads it, glibc or musl. Signals go through raw
 * system calls, because both libcs refuse the two or three real-time signals that they keep for themselves.
 * Every function returns a number: a result, or -errno as the kernel does; TypeScript makes errors of them. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS = 64 };

/* The kernel's struct, not libc's: the mask is 64 bits wide. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

static struct kernel_sigaction saved[SIGNALS + 1];
static int disarmed;

static long sys(long result) { return result == -1 ? -errno : result; }

static int get_action(int signal, struct kernel_sigaction *action) {
	return (int)syscall(SYS_rt_sigaction, signal, NULL, action, sizeof action->mask);
}

static int set_action(int signal, const struct kernel_sigaction *action) {
	return (int)syscall(SYS_rt_sigaction, signal, action, NULL, sizeof action->mask);
}

/* Default action for every signal, also for SIGPIPE and SIGXFSZ, which Node ignores and exec would pass on. */
static void disarm_signals(void) {
	static const struct kernel_sigaction by_default = {.handler = SIG_DFL};
	if (disarmed) return;
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (signal == SIGKILL || signal == SIGSTOP) continue;
		if (get_action(signal, &saved[signal]) == 0 && saved[signal].handler != SIG_DFL)
			(void)set_action(signal, &by_default); /* valid signal and pointer: cannot fail */
	}
	disarmed = 1;
}

static void rearm_signals(void) {
	if (!disarmed) return;
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (signal == SIGKILL || signal == SIGSTOP) continue;
		if (saved[signal].handler != SIG_DFL) (void)set_action(signal, &saved[signal]);
	}
	disarmed = 0;
}

static napi_value number(napi_env env, long value) {
	napi_value result = NULL;
	napi_create_int64(env, value, &result);
	return result;
}

static int64_t integer_argument(napi_env env, napi_value value) {
	int64_t result = 0;
	napi_get_value_int64(env, value, &result);
	return result;
}

static napi_value only_argument(napi_env env, napi_callback_info info) {
	size_t count = 1;
	napi_value argument = NULL;
	napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
	return argument;
}

static int64_t only_integer(napi_env env, napi_callback_info info) {
	return integer_argument(env, only_argument(env, info));
}

static char *string_argument(napi_env env, napi_value value) {
	size_t length = 0;
	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
	char *text = malloc(length + 1);
	if (text) napi_get_value_string_utf8(env, value, text, length + 1, &length);
	return text;
}

static void free_strings(char **strings) {
	if (!strings) return;
	for (char **string = strings; *string; string++) free(*string);
	free(strings);
}

static char **string_array_argument(napi_env env, napi_value value) {
	uint32_t length = 0;
	if (napi_get_array_length(env, value, &length) != napi_ok) return NULL;
	char **strings = calloc((size_t)length + 1, sizeof *strings);
	if (!strings) return NULL;
	for (uint32_t index = 0; index < length; index++) {
		napi_value element = NULL;
		if (napi_get_element(env, value, index, &element) == napi_ok)
			strings[index] = string_argument(env, element);
		if (!strings[index]) {
			free_strings(strings);
			return NULL;
		}
	}
	return strings;
}

/* Node marks descriptors 0 to 2 close-on-exec at start, and libuv makes pipes and terminals non-blocking; that
 * flag sits on the open file, so it would outlive exec. */
struct descriptor_flags {
	int descriptor;
	int file;
};

static struct descriptor_flags hand_over_descriptor(int fd) {
	const struct descriptor_flags old = {fcntl(fd, F_GETFD), fcntl(fd, F_GETFL)};
	if (old.descriptor != -1) (void)fcntl(fd, F_SETFD, old.descriptor & ~FD_CLOEXEC);
	if (old.file != -1) (void)fcntl(fd, F_SETFL, old.file & ~O_NONBLOCK);
	return old;
}

static void take_back_descriptor(int fd, struct descriptor_flags old) {
	if (old.descriptor != -1) (void)fcntl(fd, F_SETFD, old.descriptor);
	if (old.file != -1) (void)fcntl(fd, F_SETFL, old.file);
}

/* execve(path, argv, envp, softNofile): -errno on failure, with everything put back as it was.
 * softNofile below 0 leaves the limit alone. */
static napi_value js_execve(napi_env env, napi_callback_info info) {
	size_t count = 4;
	napi_value arguments[4] = {NULL};
	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	char *path = string_argument(env, arguments[0]);
	char **argv = string_array_argument(env, arguments[1]);
	char **envp = string_array_argument(env, arguments[2]);
	const int64_t soft_nofile = integer_argument(env, arguments[3]);
	long result = -ENOMEM;

	if (path && argv && envp) {
		const int rearm = !disarmed;
		const uint64_t no_signals = 0;
		uint64_t old_mask = 0;
		struct rlimit old_limit;
		struct descriptor_flags flags[3];

		const int has_limit = soft_nofile >= 0 && getrlimit(RLIMIT_NOFILE, &old_limit) == 0;
		if (has_limit) {
			struct rlimit limit = old_limit;
			limit.rlim_cur = (rlim_t)soft_nofile < limit.rlim_max ? (rlim_t)soft_nofile : limit.rlim_max;
			(void)setrlimit(RLIMIT_NOFILE, &limit); /* lowering a soft limit is always allowed */
		}
		for (int fd = 0; fd < 3; fd++) flags[fd] = hand_over_descriptor(fd);
		disarm_signals();
		(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, &old_mask, sizeof old_mask);

		result = sys(execve(path, argv, envp));

		(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old_mask, NULL, sizeof old_mask);
		if (rearm) rearm_signals();
		for (int fd = 0; fd < 3; fd++) take_back_descriptor(fd, flags[fd]);
		if (has_limit) (void)setrlimit(RLIMIT_NOFILE, &old_limit);
	}
	free(path);
	free_strings(argv);
	free_strings(envp);
	return number(env, result);
}

static napi_value js_disarm(napi_env env, napi_callback_info info) {
	(void)info;
	disarm_signals();
	return number(env, 0);
}

static napi_value js_rearm(napi_env env, napi_callback_info info) {
	(void)info;
	rearm_signals();
	return number(env, 0);
}

static struct kernel_sigaction kept[SIGNALS + 1];

/* The only argument, or 0 when it is no signal. */
static int signal_argument(napi_env env, napi_callback_info info) {
	const int64_t signal = only_integer(env, info);
	return signal < 1 || signal > SIGNALS ? 0 : (int)signal;
}

/* keepAction(signal), restoreAction(signal): what the kernel does at a signal, put aside and put back. libuv forgets what
 * was there before its first listener, and leaves the default action behind the last one. */
static napi_value js_keep_action(napi_env env, napi_callback_info info) {
	const int signal = signal_argument(env, info);
	return number(env, signal ? sys(get_action(signal, &kept[signal])) : -EINVAL);
}

static napi_value js_restore_action(napi_env env, napi_callback_info info) {
	const int signal = signal_argument(env, info);
	return number(env, signal ? sys(set_action(signal, &kept[signal])) : -EINVAL);
}

/* sigqueue(pid, signal, value: bigint) */
static napi_value js_sigqueue(napi_env env, napi_callback_info info) {
	size_t count = 3;
	napi_value arguments[3] = {NULL};
	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	uint64_t value = 0;
	bool lossless = false;
	if (napi_get_value_bigint_uint64(env, arguments[2], &value, &lossless) != napi_ok) return number(env, -EINVAL);
	siginfo_t message = {0};
	message.si_signo = (int)integer_argument(env, arguments[1]);
	message.si_code = SI_QUEUE;
	message.si_pid = getpid();
	message.si_uid = getuid();
	message.si_value.sival_ptr = (void *)(uintptr_t)value;
	const pid_t pid = (pid_t)integer_argument(env, arguments[0]);
	return number(env, sys(syscall(SYS_rt_sigqueueinfo, pid, message.si_signo, &message)));
}

/* pipe(): [read, write], both close-on-exec. */
static napi_value js_pipe(napi_env env, napi_callback_info info) {
	(void)info;
	int ends[2];
	const long result = sys(pipe2(ends, O_CLOEXEC));
	if (result < 0) return number(env, result);
	napi_value pair = NULL;
	napi_create_array_with_length(env, 2, &pair);
	for (uint32_t end = 0; end < 2; end++) napi_set_element(env, pair, end, number(env, ends[end]));
	return pair;
}

/* close(fd): one of those. In a Worker, fs.closeSync of what fs has not opened is a process warning. */
static napi_value js_close(napi_env env, napi_callback_info info) {
	return number(env, sys(close((int)only_integer(env, info))));
}

/* waitpid(pid): the wait status of that one zombie, -EAGAIN while it runs, -ECHILD when it is not ours.
 * Never -1 for the pid: that would take the exit of libuv's own children. */
static napi_value js_waitpid(napi_env env, napi_callback_info info) {
	const int64_t pid = only_integer(env, info);
	if (pid <= 0) return number(env, -EINVAL);
	int status = 0;
	const long reaped = sys(waitpid((pid_t)pid, &status, WNOHANG | __WALL));
	return number(env, reaped > 0 ? status : reaped == 0 ? -EAGAIN : reaped);
}

/* isZombie(pid): 1 when waitpid would take it now, else 0; -ECHILD when it is not ours. Takes nothing. */
static napi_value js_is_zombie(napi_env env, napi_callback_info info) {
	siginfo_t state = {0};
	const long result = sys(waitid(P_PID, (id_t)only_integer(env, info), &state,
				       WEXITED | WNOHANG | WNOWAIT | __WALL));
	return number(env, result < 0 ? result : state.si_pid != 0);
}

/* bootTicks(): now, in the unit and on the clock of the start times in /proc/PID/stat. /proc/uptime is that clock too,
 * but LXCFS shows containers another one in its place. */
static napi_value js_boot_ticks(napi_env env, napi_callback_info info) {
	enum { TICKS = 100 }; /* a second: the kernel's USER_HZ on x64 and arm64 */
	(void)info;
	struct timespec now;
	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* Linux 2.6.39: cannot fail */
	return number(env, now.tv_sec * TICKS + now.tv_nsec / (1000000000 / TICKS));
}

/* jobChange(pid): n when the child was stopped by signal n since the last call, -SIGCONT (-18) when it was continued,
 * 0 when neither. Never takes an exit: that is libuv's. */
static napi_value js_job_change(napi_env env, napi_callback_info info) {
	siginfo_t state = {0};
	if (waitid(P_PID, (id_t)only_integer(env, info), &state, WSTOPPED | WCONTINUED | WNOHANG) != 0 ||
	    !state.si_pid)
		return number(env, 0);
	return number(env, state.si_code == CLD_CONTINUED ? -SIGCONT : state.si_status);
}

/* foreground(group): the group that has the controlling terminal, which is given to another one first when group is
 * not 0. */
static napi_value js_foreground(napi_env env, napi_callback_info info) {
	const pid_t group = (pid_t)only_integer(env, info);
	const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0) return number(env, -errno);
	/* Blocked, or the kernel stops a caller in the background. */
	const uint64_t ttou = 1UL << (SIGTTOU - 1);
	uint64_t old_mask = 0;
	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &ttou, &old_mask, sizeof ttou);
	long result = group ? sys(tcsetpgrp(terminal, group)) : 0;
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old_mask, NULL, sizeof old_mask);
	if (result == 0) result = sys(tcgetpgrp(terminal));
	(void)close(terminal); /* no data is lost */
	return number(env, result);
}

static napi_value js_is_subreaper(napi_env env, napi_callback_info info) {
	(void)info;
	int on = 0;
	const long result = sys(prctl(PR_GET_CHILD_SUBREAPER, (unsigned long)&on, 0, 0, 0));
	return number(env, result < 0 ? result : on);
}

static napi_value js_set_subreaper(napi_env env, napi_callback_info info) {
	const napi_value argument = only_argument(env, info);
	bool on = false;
	napi_get_value_bool(env, argument, &on);
	return number(env, sys(prctl(PR_SET_CHILD_SUBREAPER, (unsigned long)on, 0, 0, 0)));
}

/* exit(code): _exit(2). exit(3) would wait for a thread that is in a write which nobody reads, and libuv and V8 would be
 * taken down first, which lets go of the signal handlers. */
static napi_value js_exit(napi_env env, napi_callback_info info) {
	_exit((int)only_integer(env, info));
}

NAPI_MODULE_INIT() {
	static const struct {
		const char *name;
		napi_callback function;
	} functions[] = {
		{"execve", js_execve},     {"disarm", js_disarm},   {"rearm", js_rearm},
		{"sigqueue", js_sigqueue}, {"waitpid", js_waitpid}, {"setSubreaper", js_set_subreaper},
		{"pipe", js_pipe},         {"close", js_close},         {"isZombie", js_is_zombie},
		{"bootTicks", js_boot_ticks}, {"jobChange", js_job_change},
		{"isSubreaper", js_is_subreaper}, {"foreground", js_foreground},
		{"exit", js_exit},         {"keepAction", js_keep_action}, {"restoreAction", js_restore_action},
	};
	for (size_t index = 0; index < sizeof functions / sizeof *functions; index++) {
		napi_value function = NULL;
		if (napi_create_function(env, functions[index].name, NAPI_AUTO_LENGTH, functions[index].function, NULL,
					 &function) != napi_ok ||
		    napi_set_named_property(env, exports, functions[index].name, function) != napi_ok)
			return NULL;
	}
	return exports;
}
