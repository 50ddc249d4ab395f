#define _GNU_SOURCE
#include "CLinux.h"
#include "Seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Engine and prober read what strangers send, and have one user. Whoever takes one of them over by that shall not reach the other, the
// supervisor or the starter with it: seccomp refuses what acts on another process, starts one, or has another process wait.

// It is put together at the start, and not written down as the filters of scripts are, since it knows the process by its number.

struct filter {
  struct sock_filter steps[512];
  unsigned short length;
};

enum { LOAD = BPF_LD | BPF_W | BPF_ABS, EQUAL = BPF_JMP | BPF_JEQ | BPF_K, HAS = BPF_JMP | BPF_JSET | BPF_K };
enum { MASK = BPF_ALU | BPF_AND | BPF_K, ANSWER = BPF_RET | BPF_K };

/// One step; `yes` and `no` are how many of the next are left out.
static void add(struct filter *filter, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  filter->steps[filter->length++] = (struct sock_filter){code, yes, no, value};
}

// An argument's low half: none of those that are looked at here has more.
static void load_argument(struct filter *filter, int number) {
  add(filter, LOAD, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)number), 0, 0);
}
static void load_call(struct filter *filter) { add(filter, LOAD, offsetof(struct seccomp_data, nr), 0, 0); }
static void answer(struct filter *filter, int error) { add(filter, ANSWER, SECCOMP_RET_ERRNO | (uint32_t)error, 0, 0); }

static void refuse(struct filter *filter, long call, int error) {
  add(filter, EQUAL, (uint32_t)call, 0, 1);
  answer(filter, error);
}

/// Refuses a call with one value of an argument.
static void refuse_value(struct filter *filter, long call, int argument, uint32_t value) {
  add(filter, EQUAL, (uint32_t)call, 0, 4);
  load_argument(filter, argument);
  add(filter, EQUAL, value, 0, 1);
  answer(filter, EPERM);
  load_call(filter);
}

/// Refuses a call whose first argument names another process than the caller.
static void refuse_others(struct filter *filter, long call, uint32_t own) {
  add(filter, EQUAL, (uint32_t)call, 0, 5);
  load_argument(filter, 0);
  add(filter, EQUAL, 0, 2, 0);
  add(filter, EQUAL, own, 1, 0);
  answer(filter, EPERM);
  load_call(filter);
}

/// Refuses kill(2) but to oneself, and but for asking whether a process lives.
static void refuse_signals(struct filter *filter, uint32_t own) {
  add(filter, EQUAL, SYS_kill, 0, 6);
  load_argument(filter, 0);
  add(filter, EQUAL, own, 3, 0);
  load_argument(filter, 1);
  add(filter, EQUAL, 0, 1, 0);
  answer(filter, EPERM);
  load_call(filter);
}

/// Threads may be made, and no process.
static void refuse_processes(struct filter *filter) {
#if defined(__x86_64__)
  refuse(filter, SYS_fork, EPERM);
  refuse(filter, SYS_vfork, EPERM);
#endif
  add(filter, EQUAL, SYS_clone, 0, 4);
  load_argument(filter, 0);
  add(filter, HAS, CLONE_THREAD, 1, 0);
  answer(filter, EPERM);
  load_call(filter);
  // Its arguments cannot be looked at; whoever gets this answer falls back on clone.
  refuse(filter, 435 /* clone3 */, ENOSYS);
  refuse(filter, SYS_execve, EPERM);
  refuse(filter, SYS_execveat, EPERM);
  refuse(filter, SYS_unshare, EPERM);
  refuse(filter, SYS_setns, EPERM);
}

/// Refuses setsockopt(2) for one option.
static void refuse_option(struct filter *filter, uint32_t level, uint32_t option) {
  add(filter, EQUAL, SYS_setsockopt, 0, 6);
  load_argument(filter, 1);
  add(filter, EQUAL, level, 0, 3);
  load_argument(filter, 2);
  add(filter, EQUAL, option, 0, 1);
  answer(filter, EPERM);
  load_call(filter);
}

/// Refuses raw sockets of a family but for ICMP, so that no advert can be sent in another host's name.
static void refuse_raw_sockets(struct filter *filter, uint32_t family) {
  add(filter, EQUAL, SYS_socket, 0, 10);
  load_argument(filter, 0);
  add(filter, EQUAL, family, 0, 7);
  load_argument(filter, 1);
  add(filter, MASK, 0xf, 0, 0);
  add(filter, EQUAL, SOCK_RAW, 0, 4);
  load_argument(filter, 2);
  add(filter, EQUAL, IPPROTO_ICMP, 2, 0);
  add(filter, EQUAL, IPPROTO_ICMPV6, 1, 0);
  answer(filter, EPERM);
  load_call(filter);
}

enum { HEADER_INCLUDED = 3, HEADER_INCLUDED_6 = 36 };  // of setsockopt

int clinux_role_filter(bool sends_any_packet) {
  struct filter filter = {.length = 0};
  uint32_t own = (uint32_t)getpid();
  add(&filter, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
  add(&filter, EQUAL, ARCHITECTURE, 1, 0);
  answer(&filter, EPERM);
  load_call(&filter);
#if defined(__x86_64__)
  // The x32 numbers of the same calls.
  add(&filter, BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1);
  answer(&filter, EPERM);
#endif
  refuse_processes(&filter);
  refuse_signals(&filter, own);
  refuse_others(&filter, SYS_tgkill, own);
  static const long signals_and_spying[] = {
    SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, 424 /* pidfd_send_signal */, 438 /* pidfd_getfd */, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, 440 /* process_madvise */, 448 /* process_mrelease */, SYS_kcmp,
    SYS_perf_event_open, SYS_bpf, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_setpriority, SYS_ioprio_set,
    SYS_migrate_pages, SYS_move_pages,
  };
  for (size_t i = 0; i < sizeof signals_and_spying / sizeof signals_and_spying[0]; i++)
    refuse(&filter, signals_and_spying[i], EPERM);
  static const long of_a_process[] = {
    SYS_prlimit64, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_sched_setaffinity,
  };
  for (size_t i = 0; i < sizeof of_a_process / sizeof of_a_process[0]; i++) refuse_others(&filter, of_a_process[i], own);
  // What a ring does is seen by no filter.
  for (long call = 425 /* io_uring_setup */; call <= 427 /* io_uring_register */; call++) refuse(&filter, call, ENOSYS);
  // Whose descriptor is ready gets a signal, sent as by its holder.
  refuse_value(&filter, SYS_fcntl, 1, SET_OWNER);
  refuse_value(&filter, SYS_fcntl, 1, SET_OWNER_EX);
  refuse_value(&filter, SYS_fcntl, 1, SET_SIGNAL);
  refuse_value(&filter, SYS_ioctl, 1, SOCKET_SET_OWNER);
  refuse_value(&filter, SYS_ioctl, 1, SOCKET_SET_GROUP);
  // Who closes such a socket last waits for it, be it the process that it was sent to.
  refuse_option(&filter, SOL_SOCKET, SO_LINGER);
  if (!sends_any_packet) {
    refuse_raw_sockets(&filter, AF_INET);
    refuse_raw_sockets(&filter, AF_INET6);
    refuse_option(&filter, IPPROTO_IP, HEADER_INCLUDED);
    refuse_option(&filter, IPPROTO_IPV6, HEADER_INCLUDED_6);
  }
  add(&filter, ANSWER, SECCOMP_RET_ALLOW, 0, 0);
  struct sock_fprog program = {.len = filter.length, .filter = filter.steps};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}
