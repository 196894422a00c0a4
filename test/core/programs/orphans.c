/* orphans RATE COUNT: makes COUNT orphans, RATE a second; number i exits with i modulo 256. Writes "done" at the end. */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
	const int rate = atoi(argv[1]), count = argc > 2 ? atoi(argv[2]) : 0;
	const int batch = rate / 100 > 0 ? rate / 100 : 1;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (int made = 0; made < count; made += batch) {
		const pid_t parent = fork();
		if (parent == 0) {
			for (int i = made; i < made + batch && i < count; i++)
				if (fork() == 0) _exit(i & 255);
			_exit(0);
		}
		waitpid(parent, NULL, 0);
		next.tv_nsec += 10000000;
		if (next.tv_nsec >= 1000000000) next.tv_sec++, next.tv_nsec -= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return write(1, "done\n", 5) != 5;
}
