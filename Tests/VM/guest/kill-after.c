// SPDX-License-Identifier: Apache-2.0
/*
 * kill-after done|undone COUNT JOURNAL COMMAND...
 *
 * Starts a command and ends it with SIGKILL as soon as toa's journal says that COUNT steps are done and not undone again
 * (done), or that COUNT steps more than before are undone (undone). Steps that stand when the command starts must first be
 * undone by it. Ends with 137 when it has killed it, else with 1 and a word why.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct steps {
  int done, undone;
};

static struct steps read_steps(const char *path) {
  static char text[1 << 20];
  struct steps steps = {0};
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return steps;
  ssize_t size = 0, count;
  while ((count = read(file, text + size, sizeof text - 1 - size)) > 0) size += count;
  close(file);
  text[size] = 0;
  // A line counts when it is whole.
  for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
    if (!strncmp(line, "{\"done\"", 7)) steps.done++;
    if (!strncmp(line, "{\"undone\"", 9)) steps.undone++;
  }
  return steps;
}

static int is_reached(struct steps now, struct steps before, int wants_undone, int count, int *was_empty) {
  int standing = now.done - now.undone;
  if (wants_undone) return now.undone - before.undone >= count;
  if (standing <= 0) *was_empty = 1;
  return *was_empty && standing >= count;
}

int main(int count, char **words) {
  if (count < 5 || (strcmp(words[1], "done") && strcmp(words[1], "undone"))) {
    fprintf(stderr, "usage: kill-after done|undone COUNT JOURNAL COMMAND...\n");
    return 64;
  }
  int wants_undone = !strcmp(words[1], "undone"), wanted = atoi(words[2]), was_empty = 0, status;
  struct steps before = read_steps(words[3]);
  pid_t child = fork();
  if (child == 0) {
    execvp(words[4], words + 4);
    perror(words[4]);
    _exit(127);
  }
  while (!is_reached(read_steps(words[3]), before, wants_undone, wanted, &was_empty)) {
    if (waitpid(child, &status, WNOHANG) == child) {
      fprintf(stderr, "%s ended (status %#x) before %d steps were %s\n", words[4], status, wanted, words[1]);
      return 1;
    }
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return 137;
  fprintf(stderr, "%s ended (status %#x) before it was killed\n", words[4], status);
  return 1;
}
