// SPDX-License-Identifier: Apache-2.0
/*
 * killat NUMBER COMMAND...     runs COMMAND and kills it when one of its threads or children makes the NUMBERth system
 *                              call that can change something; the call is not made
 * killat all-NUMBER COMMAND... counts each bpf(2) call, too, that only reads
 * killat exec-NUMBER COMMAND... counts the starts of other programs, too
 * killat 0 COMMAND...          prints the calls, one per line
 *
 * The calls are counted over all threads, and other calls are not stopped: both is what strace's injection does not do.
 * Ends as COMMAND does, or with 137 when it was killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
/* After sys/ptrace.h, which has older names of the same. */
#include <linux/ptrace.h>

static const struct { int number; const char *name; } calls[] = {
    {SYS_bpf, "bpf"},             {SYS_mkdirat, "mkdirat"},       {SYS_unlinkat, "unlinkat"},   {SYS_renameat2, "renameat2"},
    {SYS_linkat, "linkat"},       {SYS_symlinkat, "symlinkat"},   {SYS_mount, "mount"},         {SYS_umount2, "umount2"},
    {SYS_flock, "flock"},         {SYS_ftruncate, "ftruncate"},   {SYS_fchmodat, "fchmodat"},   {SYS_execve, "execve"},
#ifdef SYS_unlink
    {SYS_mkdir, "mkdir"},         {SYS_rmdir, "rmdir"},           {SYS_unlink, "unlink"},       {SYS_rename, "rename"},
    {SYS_renameat, "renameat"},   {SYS_link, "link"},             {SYS_symlink, "symlink"},     {SYS_chmod, "chmod"},
#endif
};
enum { CALLS = sizeof calls / sizeof *calls };

static void fail(const char *what) {
  fprintf(stderr, "killat: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Commands of bpf(2) that leave everything as it is. */
static int only_reads(unsigned command) {
  switch (command) {
    case BPF_MAP_LOOKUP_ELEM: case BPF_MAP_GET_NEXT_KEY: case BPF_OBJ_GET: case BPF_OBJ_GET_INFO_BY_FD: case BPF_PROG_QUERY:
    case BPF_PROG_GET_NEXT_ID: case BPF_MAP_GET_NEXT_ID: case BPF_BTF_GET_NEXT_ID: case BPF_LINK_GET_NEXT_ID:
    case BPF_PROG_GET_FD_BY_ID: case BPF_MAP_GET_FD_BY_ID: case BPF_BTF_GET_FD_BY_ID: case BPF_LINK_GET_FD_BY_ID:
      return 1;
  }
  return 0;
}

/* Has the kernel stop for the tracer at the calls above, and at no others. */
static void watch_calls(void) {
  struct sock_filter code[CALLS + 3];
  code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < CALLS; i++)
    code[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, CALLS - i, 0);
  code[CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[CALLS + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog program = {.len = CALLS + 3, .filter = code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail("seccomp");
}

static int start(char **command) {
  int child = fork();
  if (child < 0) fail("fork");
  if (!child) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0)) fail("ptrace");
    raise(SIGSTOP);
    watch_calls();
    execvp(command[0], command);
    fail(command[0]);
  }
  int status;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) fail("start");
  if (ptrace(PTRACE_SETOPTIONS, child, 0,
             PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                 PTRACE_O_EXITKILL))
    fail("ptrace options");
  ptrace(PTRACE_CONT, child, 0, 0);
  return child;
}

/* Whether the call at which the thread stands counts; prints it when told to. */
static int counts(int thread, int all, int programs, int print) {
  struct ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) return 0;
  if (info.seccomp.nr == SYS_bpf && !all && only_reads(info.seccomp.args[0])) return 0;
  if (info.seccomp.nr == SYS_execve && !programs) return 0;
  for (int i = 0; print && i < CALLS; i++)
    if (calls[i].number == (int)info.seccomp.nr) printf("%s %llu\n", calls[i].name, (unsigned long long)info.seccomp.args[0]);
  return 1;
}

int main(int words, char **word) {
  if (words < 3) return 64;
  int all = !strncmp(word[1], "all-", 4), programs = !strncmp(word[1], "exec-", 5), made = 0, status, killed = 0;
  int wanted = atoi(word[1] + (all ? 4 : programs ? 5 : 0));
  int child = start(word + 2), result = 1;
  for (int thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int event = status >> 16, signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_SECCOMP && !killed && counts(thread, all, programs, !wanted) && ++made == wanted) {
      /* The thread goes on: it dies before it makes its call, and a child of the killed process lives on. */
      kill(child, SIGKILL);
      killed = 1;
    }
    /* Events and the stop that a new thread begins with are the tracer's own. */
    if (event || signal == SIGSTOP || signal == SIGTRAP) signal = 0;
    ptrace(PTRACE_CONT, thread, 0, signal);
  }
  return result;
}
