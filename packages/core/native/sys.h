/* The kernel's interface as far as pid1 and healthcheck use it, for x86_64 and aarch64: no libc, no kernel headers, so that any gcc
 * or clang builds it. Every call returns a result or -errno. */
#ifndef SYS_H
#define SYS_H

typedef unsigned long size_t;
typedef long ssize_t;
typedef int pid_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
#define NULL ((void *)0)

/* Of what is big and rarely touched: it lies behind the rest, which then takes two pages of memory and not six. */
#define RARELY_TOUCHED __attribute__((section(".bss.rarely")))

#if defined __x86_64__
enum {
	SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_ioctl = 16,
	SYS_getpid = 39, SYS_sendto = 44, SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62, SYS_fcntl = 72, SYS_chdir = 80, SYS_fchdir = 81, SYS_fchown = 93, SYS_geteuid = 107,
	SYS_setpgid = 109, SYS_getppid = 110, SYS_setsid = 112, SYS_setgroups = 116, SYS_setresuid = 117, SYS_setresgid = 119, SYS_getpgid = 121, SYS_getsid = 124, SYS_capget = 125, SYS_capset = 126, SYS_rt_sigtimedwait = 128,
	SYS_rt_sigqueueinfo = 129, SYS_statfs = 137, SYS_prctl = 157, SYS_getdents64 = 217, SYS_clock_gettime = 228, SYS_exit_group = 231,
	SYS_tgkill = 234, SYS_waitid = 247, SYS_ppoll = 271, SYS_splice = 275, SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434,
	SYS_openat = 257, SYS_newfstatat = 262, SYS_readlinkat = 267, SYS_faccessat = 269, SYS_pipe2 = 293, SYS_rt_tgsigqueueinfo = 297, SYS_prlimit64 = 302,
	SYS_close_range = 436,
};
enum { O_DIRECTORY = 0200000 };
enum { STAT_MODE = 24 }; /* the offset of st_mode */
#define MACHINE "x86_64"
enum { ELF_MACHINE = 62 };

/* The arguments of C's calling convention, moved to where the kernel wants them. */
__asm__(".text\n.type sys,@function\nsys:\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rdi\n"
	"	mov %rdx, %rsi\n"
	"	mov %rcx, %rdx\n"
	"	mov %r8, %r10\n"
	"	mov %r9, %r8\n"
	"	mov 8(%rsp), %r9\n"
	"	syscall\n"
	"	ret\n");

/* Calls start with the stack that the kernel made: argc, argv, NULL, envp, NULL, auxv. */
#ifndef HOSTED
__asm__(".text\n.globl _start\n.type _start,@function\n_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n"
	"	hlt\n");
#endif

/* clone(CLONE_VM | CLONE_VFORK | SIGCHLD) onto a stack of its own, where the child calls function(argument) and exits
 * with its result; the caller waits until the child has called execve or has ended. */
__asm__(".text\n.type vfork_call,@function\nvfork_call:\n"
	"	mov %rdi, %r9\n"
	"	mov %rdx, %r8\n"
	"	and $-16, %rsi\n"
	"	mov $0x4111, %edi\n"
	"	xor %edx, %edx\n"
	"	xor %r10d, %r10d\n"
	"	mov $56, %eax\n"
	"	syscall\n"
	"	test %rax, %rax\n"
	"	jnz 1f\n"
	"	xor %ebp, %ebp\n"
	"	mov %r8, %rdi\n"
	"	call *%r9\n"
	"	mov %eax, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"	hlt\n"
	"1:	ret\n");

#elif defined __aarch64__
enum {
	SYS_fcntl = 25, SYS_ioctl = 29, SYS_statfs = 43, SYS_faccessat = 48, SYS_chdir = 49, SYS_fchdir = 50, SYS_fchown = 55, SYS_openat = 56, SYS_close = 57,
	SYS_pipe2 = 59, SYS_getdents64 = 61, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_splice = 76, SYS_readlinkat = 78, SYS_newfstatat = 79, SYS_capget = 90, SYS_capset = 91, SYS_exit_group = 94,
	SYS_waitid = 95, SYS_clock_gettime = 113, SYS_kill = 129, SYS_tgkill = 131, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135,
	SYS_rt_sigtimedwait = 137, SYS_rt_sigqueueinfo = 138, SYS_setresuid = 147, SYS_setresgid = 149, SYS_setpgid = 154, SYS_getpgid = 155, SYS_getsid = 156, SYS_setsid = 157,
	SYS_setgroups = 159, SYS_prctl = 167, SYS_getpid = 172, SYS_getppid = 173, SYS_geteuid = 175, SYS_sendto = 206, SYS_execve = 221, SYS_rt_tgsigqueueinfo = 240, SYS_wait4 = 260, SYS_prlimit64 = 261,
	SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434, SYS_close_range = 436,
};
enum { O_DIRECTORY = 040000 };
enum { STAT_MODE = 16 };
#define MACHINE "aarch64"
enum { ELF_MACHINE = 183 };

__asm__(".text\n.type sys,@function\nsys:\n"
	"	mov x8, x0\n"
	"	mov x0, x1\n"
	"	mov x1, x2\n"
	"	mov x2, x3\n"
	"	mov x3, x4\n"
	"	mov x4, x5\n"
	"	mov x5, x6\n"
	"	svc #0\n"
	"	ret\n");

#ifndef HOSTED
__asm__(".text\n.globl _start\n.type _start,@function\n_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n"
	"	bl start\n"
	"	brk #1\n");
#endif

__asm__(".text\n.type vfork_call,@function\nvfork_call:\n"
	"	mov x9, x0\n"
	"	mov x10, x2\n"
	"	and x1, x1, #-16\n"
	"	mov x0, #0x4111\n"
	"	mov x2, #0\n"
	"	mov x3, #0\n"
	"	mov x4, #0\n"
	"	mov x8, #220\n"
	"	svc #0\n"
	"	cbnz x0, 1f\n"
	"	mov x29, #0\n"
	"	mov x0, x10\n"
	"	blr x9\n"
	"	mov x8, #94\n"
	"	svc #0\n"
	"1:	ret\n");
#else
#error "pid1 and healthcheck are for x86_64 and aarch64"
#endif

long vfork_call(int (*function)(void *), void *stack_top, void *argument) __attribute__((visibility("hidden")));

/* One stub for every number of arguments: the kernel ignores the registers that a call has no use for. Out of line, which
 * makes the program a tenth smaller. */
long sys_0(long number) __asm__("sys");
long sys_1(long number, long a) __asm__("sys");
long sys_2(long number, long a, long b) __asm__("sys");
long sys_3(long number, long a, long b, long c) __asm__("sys");
long sys_4(long number, long a, long b, long c, long d) __asm__("sys");
long sys_5(long number, long a, long b, long c, long d, long e) __asm__("sys");
long sys_6(long number, long a, long b, long c, long d, long e, long f) __asm__("sys");
#define sys0(n) sys_0(n)
#define sys1(n, a) sys_1(n, (long)(a))
#define sys2(n, a, b) sys_2(n, (long)(a), (long)(b))
#define sys3(n, a, b, c) sys_3(n, (long)(a), (long)(b), (long)(c))
#define sys4(n, a, b, c, d) sys_4(n, (long)(a), (long)(b), (long)(c), (long)(d))
#define sys5(n, a, b, c, d, e) sys_5(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define sys6(n, a, b, c, d, e, f) sys_6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

enum {
	ENOENT = 2, ESRCH = 3, ENXIO = 6, E2BIG = 7, ENOEXEC = 8, EAGAIN = 11, ENOMEM = 12, EACCES = 13,
	ENOTDIR = 20, EINVAL = 22, ETXTBSY = 26, EPIPE = 32, ENAMETOOLONG = 36, ENOSYS = 38, ELOOP = 40, EPERM = 1,
};

enum {
	SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19,
	SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGNALS = 64,
};

enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NOCTTY = 0400, O_NONBLOCK = 04000, O_CLOEXEC = 02000000, O_PATH = 010000000, AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, X_OK = 1, F_OK = 0 };
enum { S_IFMT = 0170000, S_IFIFO = 0010000, S_IFCHR = 0020000, S_IFDIR = 0040000, S_IFSOCK = 0140000 };
enum { MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, SPLICE_F_NONBLOCK = 2, POLLIN = 1, POLLOUT = 4 };
enum { STATFS_FLAGS = 10, ST_NOEXEC = 8 }; /* the tenth word of struct statfs */
enum { SIG_BLOCK = 0, SIG_SETMASK = 2, SI_QUEUE = -1 };
enum { WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x01000000, WALL = 0x40000000 };
enum { P_ALL = 0 };
enum { PR_SET_PDEATHSIG = 1, PR_SET_KEEPCAPS = 8, PR_SET_NAME = 15, PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4, PR_SET_CHILD_SUBREAPER = 36, PR_GET_CHILD_SUBREAPER = 37 };
enum { CAPABILITY_VERSION = 0x20080522, CAP_KILL = 5 };
enum { TCGETS = 0x5401, TIOCSCTTY = 0x540e, TIOCGPGRP = 0x540f, TIOCSPGRP = 0x5410, TIOCNOTTY = 0x5422 };
enum { F_SETFD = 2, F_DUPFD_CLOEXEC = 1030, FD_CLOEXEC = 1 };
enum { RLIMIT_NOFILE = 7 };
enum { CLOCK_MONOTONIC = 1 };

struct sigaction {
	void *handler; /* NULL is SIG_DFL */
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* The kernel copies 128 bytes. */
struct siginfo {
	int signo, error, code, padding;
	pid_t pid;
	uint32_t uid;
	uint64_t value;
	char rest[96];
};

struct timespec {
	long seconds, nanoseconds;
};

struct pollfd {
	int fd;
	short events, revents;
};

struct capability_header {
	uint32_t version;
	pid_t pid; /* 0: our own */
};

/* Two of them, for 64 capabilities. */
struct capabilities {
	uint32_t effective, permitted, inheritable;
};

struct rlimit {
	uint64_t soft, hard;
};

struct dirent {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
} __attribute__((packed));

static inline uint64_t bit(int signal) { return 1UL << (signal - 1); }

/* gcc makes calls of these out of loops and struct copies, also with -ffreestanding. */
void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
#ifndef HOSTED
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
#endif

/* --- sockets, which only healthcheck opens ---------------------------------------------------------------------- */

#if defined __x86_64__
enum { SYS_socket = 41, SYS_connect = 42, SYS_getsockname = 51, SYS_getpeername = 52, SYS_getsockopt = 55 };
#else
enum { SYS_socket = 198, SYS_connect = 203, SYS_getsockname = 204, SYS_getpeername = 205, SYS_getsockopt = 209 };
#endif

enum {
	EINTR = 4, EMFILE = 24, EPROTOTYPE = 91, EAFNOSUPPORT = 97, EADDRNOTAVAIL = 99, ENETUNREACH = 101, ECONNRESET = 104,
	ETIMEDOUT = 110, ECONNREFUSED = 111, EHOSTUNREACH = 113, EINPROGRESS = 115,
};
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_NONBLOCK = O_NONBLOCK, SOL_SOCKET = 1, SO_ERROR = 4 };
#endif
