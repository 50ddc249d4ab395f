#define _GNU_SOURCE
#include "CLinux.h"
#include "Seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Landlock (5.13) takes away writing, whatever the user; seccomp takes away what Landlock has no word for. Both are for ever, for
// the process and all it starts, and need no privilege. Numbers and layouts are spelled out, since headers may be older than kernels.

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum {
  WRITE_FILE = 1 << 1,
  REMOVE_AND_MAKE = 0x1ff << 4,  // REMOVE_DIR, REMOVE_FILE and the seven of MAKE
  REFER = 1 << 13,               // from version 2 on
  TRUNCATE = 1 << 14,            // from version 3 on
  ABSTRACT_SOCKETS = 1 << 0,     // a scope, from version 6 on
};

/// What may be written to all the same.
static const char *const sinks[] = {"/dev/null", "/dev/zero", "/dev/full"};

int clinux_sandbox_version(void) {
  int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);
  return version < 0 ? -errno : version;
}

int clinux_sandbox_open(void) {
  int version = clinux_sandbox_version();
  if (version < 0) return version;
  uint64_t handled = WRITE_FILE | REMOVE_AND_MAKE;
  if (version >= 2) handled |= REFER;
  if (version >= 3) handled |= TRUNCATE;
  // Of the attributes an older kernel knows only the first.
  uint64_t attributes[3] = {handled, 0, ABSTRACT_SOCKETS};
  size_t size = version >= 6 ? sizeof attributes : sizeof handled;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, attributes, size, 0u);
  if (ruleset < 0) return -errno;
  int outcome = fcntl(ruleset, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
  for (size_t i = 0; i < sizeof sinks / sizeof sinks[0] && outcome == 0; i++) {
    int file = open(sinks[i], O_PATH | O_CLOEXEC);
    // A file that is not there cannot be written to.
    if (file < 0) continue;
    struct {
      uint64_t allowed;
      int32_t parent;
    } __attribute__((packed)) rule = {handled & (WRITE_FILE | TRUNCATE), file};
    if (syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0u) < 0) outcome = -errno;
    close(file);
  }
  if (outcome < 0) {
    close(ruleset);
    return outcome;
  }
  return ruleset;
}

int clinux_sandbox_begin(int ruleset, int channel) {
  if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  if (syscall(SYS_landlock_restrict_self, ruleset, 0u) < 0) return -1;
  return clinux_sandbox_close_gate(channel);
}

/// Root's script keeps what reading and asking takes, and nothing by which it could change the host.
static int drop_capabilities(bool with_network) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  memset(data, 0, sizeof data);
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  uint32_t kept = 1u << CAP_DAC_READ_SEARCH | 1u << CAP_KILL;
  if (with_network) kept |= 1u << CAP_NET_RAW;
  for (int i = 0; i < 2; i++) {
    data[i].permitted &= i == 0 ? kept : 0;
    data[i].effective &= i == 0 ? kept : 0;
    data[i].inheritable = 0;
  }
  return syscall(SYS_capset, &header, data) < 0 ? -1 : 0;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARGUMENT(number) LOAD(args[number])
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped)
#define REFUSE(number, error) UNLESS(number, 1), ANSWER(error)
/// Truncates though it opens for reading, which Landlock only sees from version 3 on.
#define REFUSE_TRUNCATION(number, flags) \
  UNLESS(number, 5), LOAD_ARGUMENT(flags), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_ACCMODE | O_TRUNC), \
  REFUSE(O_RDONLY | O_TRUNC, EROFS), LOAD(nr)

/// Refuses a call with one of these values of an argument.
#define REFUSE_TWO(number, argument, first, second) \
  UNLESS(number, 6), LOAD_ARGUMENT(argument), REFUSE(first, EPERM), REFUSE(second, EPERM), LOAD(nr)
#define REFUSE_FOUR(number, argument, first, second, third, fourth) \
  UNLESS(number, 10), LOAD_ARGUMENT(argument), REFUSE(first, EPERM), REFUSE(second, EPERM), REFUSE(third, EPERM), \
  REFUSE(fourth, EPERM), LOAD(nr)

enum { SET_VALUE = 16, SET_ALL = 17, LOCK = 11, UNLOCK = 12 };  // of semctl and shmctl

/// Whoever may write a file's contents nowhere shall not change what is written about files either.
static struct sock_filter program[] = {
  LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0), ANSWER(EPERM), LOAD(nr),
#if defined(__x86_64__)
  // The x32 numbers of the same calls.
  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1), ANSWER(EPERM),
  REFUSE(SYS_chmod, EROFS), REFUSE(SYS_chown, EROFS), REFUSE(SYS_lchown, EROFS), REFUSE(SYS_utime, EROFS),
  REFUSE(SYS_utimes, EROFS), REFUSE(SYS_futimesat, EROFS), REFUSE_TRUNCATION(SYS_open, 1),
#endif
  REFUSE(SYS_fchmod, EROFS), REFUSE(SYS_fchmodat, EROFS), REFUSE(452 /* fchmodat2 */, EROFS), REFUSE(SYS_fchown, EROFS),
  REFUSE(SYS_fchownat, EROFS), REFUSE(SYS_utimensat, EROFS), REFUSE(SYS_setxattr, EROFS), REFUSE(SYS_lsetxattr, EROFS),
  REFUSE(SYS_fsetxattr, EROFS), REFUSE(463 /* setxattrat */, EROFS), REFUSE(SYS_removexattr, EROFS),
  REFUSE(SYS_lremovexattr, EROFS), REFUSE(SYS_fremovexattr, EROFS), REFUSE(466 /* removexattrat */, EROFS),
  REFUSE(469 /* file_setattr */, EROFS), REFUSE(SYS_truncate, EROFS), REFUSE_TRUNCATION(SYS_openat, 2),
  REFUSE_TRUNCATION(SYS_open_by_handle_at, 2),
  // Their arguments cannot be looked at; whoever gets this answer falls back on the calls above.
  REFUSE(437 /* openat2 */, ENOSYS), REFUSE(425 /* io_uring_setup */, ENOSYS), REFUSE(426 /* io_uring_enter */, ENOSYS),
  REFUSE(427 /* io_uring_register */, ENOSYS),
  // FS_IOC_SETFLAGS and FS_IOC_FSSETXATTR, as chattr uses them.
  UNLESS(SYS_ioctl, 6), LOAD_ARGUMENT(1), REFUSE(0x40086602u, EROFS), REFUSE(0x401c5820u, EROFS), LOAD(nr),
  // Whose descriptor is ready gets a signal, any that its holder wants, sent as by the holder. A lease keeps others from a file.
  REFUSE_FOUR(SYS_fcntl, 1, SET_OWNER, SET_OWNER_EX, SET_SIGNAL, SET_LEASE),
  REFUSE_TWO(SYS_ioctl, 1, SOCKET_SET_OWNER, SOCKET_SET_GROUP),
  // What processes of one user share outside of files: System V objects may be read, message queues and keys not even that.
  REFUSE_FOUR(SYS_shmctl, 1, IPC_RMID, IPC_SET, LOCK, UNLOCK), REFUSE_FOUR(SYS_semctl, 2, IPC_RMID, IPC_SET, SET_VALUE, SET_ALL),
  REFUSE_TWO(SYS_msgctl, 1, IPC_RMID, IPC_SET), REFUSE(SYS_semop, EPERM), REFUSE(SYS_semtimedop, EPERM),
  REFUSE(SYS_msgsnd, EPERM), REFUSE(SYS_msgrcv, EPERM),
  UNLESS(SYS_shmat, 5), LOAD_ARGUMENT(2), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SHM_RDONLY), REFUSE(0, EPERM), LOAD(nr),
  REFUSE(SYS_mq_open, EPERM), REFUSE(SYS_mq_unlink, EPERM), REFUSE(SYS_mq_timedsend, EPERM), REFUSE(SYS_mq_timedreceive, EPERM),
  REFUSE(SYS_add_key, EPERM), REFUSE(SYS_request_key, EPERM), REFUSE(SYS_keyctl, EPERM),
  ALLOW,
};

/// Without a network, sockets within the host are all there is.
static struct sock_filter without_network[] = {
  LOAD(nr), UNLESS(SYS_socket, 3), LOAD_ARGUMENT(0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0), ANSWER(EPERM),
  ALLOW,
};

int clinux_sandbox_finish(bool with_network) {
  if (drop_capabilities(with_network) < 0) return -1;
  struct sock_fprog files = {.len = sizeof program / sizeof program[0], .filter = program};
  if (syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &files, 0, 0) < 0) return -1;
  if (with_network) return 0;
  struct sock_fprog sockets = {.len = sizeof without_network / sizeof without_network[0], .filter = without_network};
  return syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &sockets, 0, 0) < 0 ? -1 : 0;
}
