#define _GNU_SOURCE
#include "CLinux.h"
#include "Seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Root's script has the user of every daemon of the host, which is all that signals, limits and scheduling ask for. Landlock's scope
// for signals would keep it from them, but also from asking whether a process lives (signal 0), which is what many checks do. So the
// kernel asks the parent about each such call that names a process: it goes on if that is of the caller's session. A sandbox
// has a session of its own, which nothing in it can leave and nobody else can join.

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARGUMENT(number) LOAD(args[number])
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define ASK BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped)
/// Goes on by itself if the argument is 0: the caller itself, or the signal that is none.
#define ASK_UNLESS_ZERO(number, argument) UNLESS(number, 4), LOAD_ARGUMENT(argument), UNLESS(0, 1), ALLOW, ASK
/// `which` says whether `who` is a process, a group or, as `user`, all of a user.
#define ASK_FOR_WHO(number, user) \
  UNLESS(number, 7), LOAD_ARGUMENT(0), UNLESS(user, 1), ANSWER(EPERM), LOAD_ARGUMENT(1), UNLESS(0, 1), ALLOW, ASK

enum { IOPRIO_USER = 3 };

static struct sock_filter gate[] = {
  // Calls of another architecture are refused by the filter that comes after this one.
  LOAD(arch), UNLESS(ARCHITECTURE, 1), BPF_STMT(BPF_JMP | BPF_JA, 1), ALLOW, LOAD(nr),
  ASK_UNLESS_ZERO(SYS_kill, 1), ASK_UNLESS_ZERO(SYS_tkill, 1), ASK_UNLESS_ZERO(SYS_tgkill, 2),
  ASK_UNLESS_ZERO(SYS_rt_sigqueueinfo, 1), ASK_UNLESS_ZERO(SYS_rt_tgsigqueueinfo, 2),
  // Whose descriptor it is cannot be seen from here; whoever gets this answer falls back on kill.
  UNLESS(424 /* pidfd_send_signal */, 4), LOAD_ARGUMENT(1), UNLESS(0, 1), ALLOW, ANSWER(ENOSYS),
  UNLESS(SYS_setsid, 1), ANSWER(EPERM),
  ASK_UNLESS_ZERO(SYS_sched_setscheduler, 0), ASK_UNLESS_ZERO(SYS_sched_setparam, 0),
  ASK_UNLESS_ZERO(SYS_sched_setattr, 0), ASK_UNLESS_ZERO(SYS_sched_setaffinity, 0),
  ASK_FOR_WHO(SYS_setpriority, PRIO_USER), ASK_FOR_WHO(SYS_ioprio_set, IOPRIO_USER),
  // Without new limits it only reads.
  UNLESS(SYS_prlimit64, 9), LOAD_ARGUMENT(0), UNLESS(0, 1), ALLOW, LOAD_ARGUMENT(2), UNLESS(0, 3),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + 4), UNLESS(0, 1), ALLOW, ASK,
  ALLOW,
};

/// Sends the descriptor by which the parent is asked, from a child that may only make system calls.
static int send_gate(int channel, int listener) {
  char byte = 0;
  struct iovec part = {&byte, 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), &listener, sizeof listener);
  return syscall(SYS_sendmsg, channel, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int clinux_sandbox_close_gate(int channel) {
  struct sock_fprog filter = {.len = sizeof gate / sizeof gate[0], .filter = gate};
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
  if (listener < 0) return -1;
  int outcome = send_gate(channel, listener);
  int reason = errno;
  syscall(SYS_close, listener);
  errno = reason;
  return outcome;
}

int clinux_sandbox_receive_gate(int channel) {
  char byte;
  struct iovec part = {&byte, 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return -errno;
  const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int))) return -EBADMSG;
  int listener;
  memcpy(&listener, CMSG_DATA(header), sizeof listener);
  return listener;
}

/// The process that a call names, or the leader of the group; 0 for the caller's own group, -1 for everybody.
static pid_t target(const struct seccomp_data *call) {
  switch (call->nr) {
  case SYS_kill: {
    pid_t named = (pid_t)call->args[0];
    return named < -1 ? -named : named;
  }
  case SYS_tgkill:
  case SYS_rt_tgsigqueueinfo:
  case SYS_setpriority:
  case SYS_ioprio_set: return (pid_t)call->args[1];
  default: return (pid_t)call->args[0];
  }
}

/// 0 if the call may go on, else the error that it shall give.
static int verdict(const struct seccomp_notif *request) {
  pid_t named = target(&request->data);
  if (named == 0) return 0;
  if (named < 0 || request->pid == 0) return EPERM;
  pid_t session = getsid(named);
  if (session < 0) return ESRCH;
  return session == getsid((pid_t)request->pid) ? 0 : EPERM;
}

int clinux_sandbox_answer(int listener) {
  struct seccomp_notif request;
  memset(&request, 0, sizeof request);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0) return -errno;
  int error = verdict(&request);
  // Numbers cannot change under the kernel as memory could, so the call may go on with what was looked at.
  struct seccomp_notif_resp response = {
    .id = request.id, .error = -error, .flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0};
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0 ? -errno : 0;
}
