#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The child shares the parent's memory until it executes (CLONE_VM with CLONE_VFORK), so starting a process costs the
// same however large the parent is, and a failure comes back by plain memory. In return the child may only make system
// calls: the C library's own setuid and friends would act on the parent's threads, hence the raw calls below.
//
// The parent stands still meanwhile, and to execute a file of a dead server takes for ever. Whoever cannot afford that says
// how long it will wait: then the child has memory of its own and tells of a failure through a pipe, which may come later.

extern char **environ;
char **clinux_environment(void) { return environ; }

typedef struct {
  const clinux_spawn_request *request;
  pid_t parent;
  /// The ends of the socket by which a sandboxed child hands over its gate.
  int gate_channel[2];
  /// Where a child with memory of its own says what failed; -1 for one that shares its parent's.
  int report;
  int step;
  int error;
} spawn_context;

typedef struct {
  int32_t step;
  int32_t error;
} spawn_report;

#define KERNEL_SIGNALS 64

static int fail(spawn_context *context, int step) {
  context->step = step;
  context->error = errno;
  spawn_report report = {step, errno};
  if (context->report >= 0) syscall(SYS_write, context->report, &report, sizeof report);
  return -1;
}

static void set_signals(uint64_t ignored) {
  // A zeroed kernel sigaction means the default action, with no flags and an empty mask; the action is its first word.
  union {
    unsigned long action;
    char bytes[64];
  } zeroed, ignoring;
  memset(&zeroed, 0, sizeof zeroed);
  memset(&ignoring, 0, sizeof ignoring);
  ignoring.action = (unsigned long)SIG_IGN;
  for (int number = 1; number <= KERNEL_SIGNALS; number++)
    syscall(SYS_rt_sigaction, number, ignored >> (number - 1) & 1 ? &ignoring : &zeroed, NULL, 8);
  uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

static int set_scheduling(const clinux_spawn_request *request) {
  if (request->resets_scheduling) {
    struct sched_param parameters = {0};
    if (syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameters) < 0) return -1;
    if (!request->sets_nice && syscall(SYS_getpriority, PRIO_PROCESS, 0) > 20
        && syscall(SYS_setpriority, PRIO_PROCESS, 0, 0) < 0) return -1;
  }
  if (request->sets_nice && syscall(SYS_setpriority, PRIO_PROCESS, 0, request->nice) < 0) return -1;
  return 0;
}

static int set_limits(const clinux_spawn_request *request) {
  for (size_t i = 0; i < request->limit_count; i++) {
    const clinux_resource_limit *limit = &request->limits[i];
    struct rlimit64 held;
    if (syscall(SYS_prlimit64, 0, limit->resource, NULL, &held) < 0) return -1;
    // Nothing is raised beyond what holds: that would take a privilege.
    rlim64_t hard = limit->hard < held.rlim_max ? limit->hard : held.rlim_max;
    struct rlimit64 value = {limit->soft < hard ? limit->soft : hard, hard};
    if (syscall(SYS_prlimit64, 0, limit->resource, &value, NULL) < 0) return -1;
  }
  return 0;
}

static int set_credentials(const clinux_spawn_request *request) {
  if (request->sets_groups && syscall(SYS_setgroups, request->group_count, request->groups) < 0) return -1;
  if (request->sets_gid && syscall(SYS_setresgid, request->gid, request->gid, request->gid) < 0) return -1;
  if (request->sets_uid && syscall(SYS_setresuid, request->uid, request->uid, request->uid) < 0) return -1;
  return 0;
}

/// Closes all from `next` on but the one by which the child reports, if there is one.
static int close_beyond(unsigned next, int report) {
  if (report >= 0) {
    if ((unsigned)report > next && syscall(SYS_close_range, next, (unsigned)report - 1, 0) < 0) return -1;
    next = (unsigned)report + 1;
  }
  return syscall(SYS_close_range, next, ~0u, 0) < 0 ? -1 : 0;
}

/// Puts each source at its target, gives the standard streams that are not mapped /dev/null, and closes all else. The
/// descriptor of the report goes out of the way.
static int set_descriptors(const clinux_spawn_request *request, int *report) {
  const clinux_descriptor_map *map = request->descriptors;
  size_t count = request->descriptor_count;
  int floor = count > 0 && map[count - 1].target >= 2 ? map[count - 1].target + 1 : 3;
  int moved[64];
  if (count > sizeof moved / sizeof moved[0]) { errno = E2BIG; return -1; }
  if (*report >= 0) {
    int kept = (int)syscall(SYS_fcntl, *report, F_DUPFD_CLOEXEC, floor);
    if (kept < 0) return -1;
    *report = kept;
  }
  for (size_t i = 0; i < count; i++) {
    moved[i] = (int)syscall(SYS_fcntl, map[i].source, F_DUPFD_CLOEXEC, floor);
    if (moved[i] < 0) return -1;
  }
  bool standard[3] = {false, false, false};
  for (size_t i = 0; i < count; i++) {
    if (syscall(SYS_dup3, moved[i], map[i].target, 0) < 0) return -1;
    if (map[i].target < 3) standard[map[i].target] = true;
  }
  for (int fd = 0; fd < 3; fd++) {
    if (standard[fd]) continue;
    int null = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
    if (null < 0) return -1;
    // The lowest free number may be the one wanted; then only the flag has to go.
    if (null == fd) syscall(SYS_fcntl, fd, F_SETFD, 0);
    else if (syscall(SYS_dup3, null, fd, 0) < 0) return -1;
    else syscall(SYS_close, null);
  }
  unsigned next = 3;
  for (size_t i = 0; i < count; i++) {
    if (map[i].target < 3) continue;
    if ((unsigned)map[i].target > next && syscall(SYS_close_range, next, (unsigned)map[i].target - 1, 0) < 0) return -1;
    next = (unsigned)map[i].target + 1;
  }
  return close_beyond(next, *report);
}

static int child(void *argument) {
  spawn_context *context = argument;
  const clinux_spawn_request *request = context->request;
  set_signals(request->ignored_signals);
  if (request->new_session && syscall(SYS_setsid) < 0) return fail(context, CLINUX_SPAWN_GROUP);
  if (request->new_group && !request->new_session && syscall(SYS_setpgid, 0, 0) < 0)
    return fail(context, CLINUX_SPAWN_GROUP);
  if (set_scheduling(request) < 0) return fail(context, CLINUX_SPAWN_SCHEDULING);
  if (request->sandbox >= 0 && clinux_sandbox_begin(request->sandbox, context->gate_channel[1]) < 0)
    return fail(context, CLINUX_SPAWN_SANDBOX);
  // Before the limits: the descriptors are first moved beyond all that are open, where a low limit would forbid them.
  if (set_descriptors(request, &context->report) < 0) return fail(context, CLINUX_SPAWN_DESCRIPTORS);
  if (set_limits(request) < 0) return fail(context, CLINUX_SPAWN_LIMITS);
  if (request->sets_umask) syscall(SYS_umask, request->umask);
  if (set_credentials(request) < 0) return fail(context, CLINUX_SPAWN_CREDENTIALS);
  if (request->working_directory && syscall(SYS_chdir, request->working_directory) < 0)
    return fail(context, CLINUX_SPAWN_DIRECTORY);
  if (request->parent_death_signal) {
    // After the credentials, since changing those clears the setting; and the parent may have died before it was made.
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, request->parent_death_signal, 0, 0, 0) < 0)
      return fail(context, CLINUX_SPAWN_PARENT);
    if (syscall(SYS_getppid) != context->parent) {
      errno = ESRCH;
      return fail(context, CLINUX_SPAWN_PARENT);
    }
  }
  if (request->sandbox >= 0 && clinux_sandbox_finish(request->sandbox_has_network) < 0)
    return fail(context, CLINUX_SPAWN_SANDBOX);
  syscall(SYS_execve, request->path, request->argv, request->envp);
  return fail(context, CLINUX_SPAWN_EXECUTE);
}

static int child_entry(void *argument) {
  child(argument);
  syscall(SYS_exit_group, 127);
  return 127;
}

static void close_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

/// How long a child may take to get into its sandbox, in milliseconds: it waits for nobody on the way, only for its turn.
enum { LONGEST_SANDBOXING = 1000 };

/// Takes the gate that a child has handed over, and closes the way by which it came.
static int take_gate(spawn_context *context, bool waits) {
  int channel = context->gate_channel[0];
  close_open(context->gate_channel[1]);
  if (channel < 0) return -1;
  if (waits) clinux_wait_readable(channel, LONGEST_SANDBOXING);
  int gate = clinux_sandbox_receive_gate(channel);
  close(channel);
  return gate < 0 ? -1 : gate;
}

int clinux_spawn_outcome(int report, int *step) {
  spawn_report said;
  ssize_t count;
  do count = read(report, &said, sizeof said);
  while (count < 0 && errno == EINTR);
  // It ends without a word when the program is executed, and when the child is killed before that.
  if (count != (ssize_t)sizeof said) return 0;
  *step = said.step;
  return -said.error;
}

/// Waits as long as the request allows; `report` is closed and -1 if the child has executed its program or failed by then.
static void await_start(spawn_context *context, int *report) {
  if (clinux_wait_readable(*report, context->request->longest_wait) != 1) return;
  context->error = -clinux_spawn_outcome(*report, &context->step);
  close(*report);
  *report = -1;
}

/// Starts the child, which has its parent's memory or, if there is a report, its own; its number or a negative errno.
static int start(spawn_context *context, int32_t *pid, int *descriptor) {
  const size_t stack_size = 64 * 1024;
  void *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  // No handler of ours may run in the child while it shares our memory.
  uint64_t all = ~(uint64_t)0, before = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
  int sharing = context->report < 0 ? CLONE_VM | CLONE_VFORK : 0;
  int number = clone(
    child_entry, (char *)stack + stack_size, sharing | CLONE_PIDFD | CLONE_CHILD_SETTID | SIGCHLD, context, descriptor, NULL,
    pid);
  int reason = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
  munmap(stack, stack_size);
  return number < 0 ? -reason : number;
}

int clinux_spawn(const clinux_spawn_request *request, clinux_spawned *spawned, int32_t *pid, int *step) {
  bool is_separate = request->longest_wait >= 0;
  *step = CLINUX_SPAWN_CLONE;
  *spawned = (clinux_spawned){-1, -1, -1};
  spawn_context context = {.request = request, .parent = getpid(), .gate_channel = {-1, -1}, .report = -1};
  int report[2] = {-1, -1};
  if (is_separate && pipe2(report, O_CLOEXEC) < 0) return -errno;
  context.report = report[1];
  if (request->sandbox >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, context.gate_channel) < 0) {
    int reason = errno;
    close_open(report[0]);
    close_open(report[1]);
    return -reason;
  }
  int number = start(&context, pid, &spawned->pidfd);
  // One with memory of its own may not have come to it yet, and whoever signals its group would find none. If it has executed its
  // program already this is an error, and needless.
  if (number > 0 && request->new_group && !request->new_session) setpgid(number, number);
  close_open(report[1]);
  spawned->gate = take_gate(&context, is_separate && number > 0);
  if (number < 0) {
    close_open(report[0]);
    *pid = 0;
    return number;
  }
  // Nobody else has told a parent whose memory is its own.
  *pid = number;
  if (is_separate) await_start(&context, &report[0]);
  if (is_separate && request->sandbox >= 0 && spawned->gate < 0 && context.step == 0) {
    // Without its gate it could not so much as end what it has started.
    clinux_pidfd_signal(spawned->pidfd, SIGKILL);
    context.step = CLINUX_SPAWN_SANDBOX;
    context.error = ETIMEDOUT;
  }
  spawned->report = report[0];
  if (context.step == 0) return 0;
  siginfo_t ignored;
  while (waitid((idtype_t)P_PIDFD, (id_t)spawned->pidfd, &ignored, WEXITED) < 0 && errno == EINTR) {}
  close(spawned->pidfd);
  close_open(spawned->gate);
  close_open(spawned->report);
  *pid = 0;
  *step = context.step;
  return -context.error;
}

int clinux_pidfd_open(int32_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : fd;
}

int clinux_pidfd_signal(int pidfd, int number) {
  return syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 ? -errno : 0;
}

int clinux_kill(int32_t pid, int number) { return kill(pid, number) < 0 ? -errno : 0; }

int clinux_pidfd_wait(int pidfd, bool keep, int *code, int *status) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int flags = WEXITED | WNOHANG | (keep ? WNOWAIT : 0);
  int outcome;
  do outcome = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, flags);
  while (outcome < 0 && errno == EINTR);
  if (outcome < 0) return -errno;
  if (info.si_pid == 0) return 1;
  *code = info.si_code;
  *status = info.si_status;
  return 0;
}

int clinux_ended_child(void) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int outcome;
  do outcome = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
  while (outcome < 0 && errno == EINTR);
  if (outcome < 0) return errno == ECHILD ? 0 : -errno;
  return info.si_pid;
}

int clinux_forget_child(int32_t pid) {
  siginfo_t ignored;
  int outcome;
  do outcome = waitid(P_PID, (id_t)pid, &ignored, WEXITED | WNOHANG);
  while (outcome < 0 && errno == EINTR);
  return outcome < 0 ? -errno : 0;
}

bool clinux_code_is_exit(int code) { return code == CLD_EXITED; }

int clinux_raise_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  rlim_t most = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
  if (limit.rlim_cur >= most) return 0;
  limit.rlim_cur = most;
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}
