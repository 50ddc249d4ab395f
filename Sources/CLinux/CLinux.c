#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <link.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <grp.h>
#include <linux/capability.h>

static int result(long value) { return value < 0 ? -errno : (int)value; }

int clinux_error_text(int number, char *buffer, size_t capacity) {
  if (capacity == 0) return -EINVAL;
  const char *text = strerror_r(number, buffer, capacity);
  if (text != buffer) {
    strncpy(buffer, text, capacity - 1);
    buffer[capacity - 1] = 0;
  }
  return 0;
}

// MARK: Descriptors

int clinux_close(int fd) { return result(close(fd)); }
int clinux_duplicate(int fd, int minimum) { return result(fcntl(fd, F_DUPFD_CLOEXEC, minimum)); }

int clinux_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -errno : result(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

int clinux_set_close_on_exec(int fd, bool enabled) { return result(fcntl(fd, F_SETFD, enabled ? FD_CLOEXEC : 0)); }
int clinux_pipe(int ends[2]) { return result(pipe2(ends, O_CLOEXEC)); }

int clinux_open(const char *path, int flags, uint32_t mode) {
  return result(open(path, flags | O_CLOEXEC | O_NOCTTY, (mode_t)mode));
}

int clinux_open_at(int directory, const char *path, int flags, uint32_t mode) {
  return result(openat(directory, path, flags | O_CLOEXEC | O_NOCTTY, (mode_t)mode));
}

int clinux_open_flags_create_private(void) { return O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW; }
int clinux_open_flags_exclusive(void) { return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW; }
int clinux_open_flags_read(void) { return O_RDONLY; }
int clinux_open_flags_directory(void) { return O_RDONLY | O_DIRECTORY | O_NOFOLLOW; }
int clinux_open_flags_lock_file(void) { return O_RDWR | O_CREAT | O_NOFOLLOW; }
int clinux_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

// MARK: Reactor

static uint32_t epoll_bits(uint32_t interest) {
  return (interest & CLINUX_READABLE ? EPOLLIN : 0) | (interest & CLINUX_WRITABLE ? EPOLLOUT : 0)
    | (interest & CLINUX_EDGE ? EPOLLET : 0);
}

static int epoll_change(int epoll, int operation, int fd, uint32_t interest, uint64_t token) {
  struct epoll_event event = {.events = epoll_bits(interest), .data.u64 = token};
  return result(epoll_ctl(epoll, operation, fd, &event));
}

int clinux_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int clinux_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token) {
  return epoll_change(epoll, EPOLL_CTL_ADD, fd, interest, token);
}

int clinux_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token) {
  return epoll_change(epoll, EPOLL_CTL_MOD, fd, interest, token);
}

int clinux_epoll_remove(int epoll, int fd) { return epoll_change(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int timeout) {
  struct epoll_event ready[64];
  int count = epoll_wait(epoll, ready, capacity < 64 ? capacity : 64, timeout);
  if (count < 0) return -errno;
  for (int i = 0; i < count; i++) {
    uint32_t bits = ready[i].events;
    events[i].token = ready[i].data.u64;
    events[i].readiness = (bits & EPOLLIN ? CLINUX_READABLE : 0) | (bits & EPOLLOUT ? CLINUX_WRITABLE : 0)
      | (bits & (EPOLLHUP | EPOLLRDHUP) ? CLINUX_HANG_UP : 0) | (bits & EPOLLERR ? CLINUX_ERROR : 0);
  }
  return count;
}

int clinux_timerfd_create(void) { return result(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)); }

int clinux_timerfd_arm(int fd, int64_t nanoseconds) {
  struct itimerspec when = {0};
  when.it_value.tv_sec = nanoseconds / 1000000000;
  when.it_value.tv_nsec = nanoseconds % 1000000000;
  return result(timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL));
}

int64_t clinux_monotonic_nanoseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) < 0) return 0;
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// MARK: Signals

int clinux_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++)
    if (sigaddset(&set, signals[i]) < 0) return -errno;
  int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (failure) return -failure;
  return result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int clinux_signalfd_read(int fd, int32_t *sender_pid, uint32_t *sender_uid) {
  struct signalfd_siginfo info;
  ssize_t count;
  do count = read(fd, &info, sizeof info);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? 0 : -errno;
  if (count != sizeof info) return -EIO;
  *sender_pid = (int32_t)info.ssi_pid;
  *sender_uid = info.ssi_uid;
  return (int)info.ssi_signo;
}

int clinux_ignore_signal(int number) {
  struct sigaction action = {.sa_handler = SIG_IGN};
  return result(sigaction(number, &action, NULL));
}

int clinux_restore_signal(int number) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  return result(sigaction(number, &action, NULL));
}

int clinux_block_signal(int number) {
  sigset_t set;
  sigemptyset(&set);
  if (sigaddset(&set, number) < 0) return -errno;
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

// MARK: Memory

int clinux_memfd_create(const char *name, bool sealable) {
  return result(memfd_create(name, MFD_CLOEXEC | (sealable ? MFD_ALLOW_SEALING : 0)));
}

int clinux_add_seals(int fd, uint32_t seals) {
  int bits = (seals & CLINUX_SEAL_SEAL ? F_SEAL_SEAL : 0) | (seals & CLINUX_SEAL_SHRINK ? F_SEAL_SHRINK : 0)
    | (seals & CLINUX_SEAL_GROW ? F_SEAL_GROW : 0) | (seals & CLINUX_SEAL_WRITE ? F_SEAL_WRITE : 0);
  return result(fcntl(fd, F_ADD_SEALS, bits));
}

int clinux_get_seals(int fd) {
  int bits = fcntl(fd, F_GET_SEALS);
  if (bits < 0) return -errno;
  return (int)((bits & F_SEAL_SEAL ? CLINUX_SEAL_SEAL : 0) | (bits & F_SEAL_SHRINK ? CLINUX_SEAL_SHRINK : 0)
    | (bits & F_SEAL_GROW ? CLINUX_SEAL_GROW : 0) | (bits & F_SEAL_WRITE ? CLINUX_SEAL_WRITE : 0));
}

int clinux_map(int fd, size_t length, bool writable, void **address) {
  void *mapped = mmap(NULL, length, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return -errno;
  *address = mapped;
  return 0;
}

// A private mapping that was never writable holds nothing but the file's pages, which are read again when they are needed.
static int return_file_pages(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    const uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    const uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void clinux_return_file_pages(void) { dl_iterate_phdr(return_file_pages, NULL); }

void clinux_return_memory(void) { malloc_trim(0); }

void clinux_reserve_heap(size_t bytes) {
  // Below the size from which a block is mapped by itself.
  enum { BLOCK = 64 * 1024, BLOCKS = 64 };
  void *blocks[BLOCKS];
  size_t count = 0;
  mallopt(M_MMAP_THRESHOLD, 2 * BLOCK);
  mallopt(M_TRIM_THRESHOLD, (int)(bytes + 16 * BLOCK));
  mallopt(M_TOP_PAD, (int)bytes);
  for (; count < BLOCKS && count * BLOCK < bytes; count++) {
    blocks[count] = malloc(BLOCK);
    if (!blocks[count]) break;
    // A page that nobody wrote to is not there yet.
    for (size_t offset = 0; offset < BLOCK; offset += 4096) ((volatile char *)blocks[count])[offset] = 1;
  }
  while (count > 0) free(blocks[--count]);
}

int clinux_lock_memory(void) { return result(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)); }

// MARK: Identity, namespaces and scheduling

int clinux_capabilities_get(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {0};
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  *effective = data[0].effective | (uint64_t)data[1].effective << 32;
  *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return 0;
}

int clinux_capabilities_set(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
    {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
    {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
  };
  return result(syscall(SYS_capset, &header, data));
}

int clinux_bounding_set_drop(uint64_t kept) {
  for (int capability = 0; capability < 64; capability++) {
    if (kept >> capability & 1) continue;
    int held = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (held < 0) break;  // past the last capability of this kernel
    if (held && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) return -errno;
  }
  return 0;
}

int clinux_bounding_set_has(int capability) { return result(prctl(PR_CAPBSET_READ, capability, 0, 0, 0)); }
int clinux_ambient_clear(void) { return result(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)); }

int clinux_ambient_raise(int capability) {
  return result(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0));
}

int clinux_no_new_privileges(void) { return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
int clinux_keep_capabilities(bool keep) { return result(prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0)); }

int clinux_set_identity(uint32_t uid, uint32_t gid, const uint32_t *groups, size_t group_count) {
  if (setgroups(group_count, groups) < 0) return -errno;
  if (setresgid(gid, gid, gid) < 0) return -errno;
  return result(setresuid(uid, uid, uid));
}

int clinux_set_dumpable(void) { return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }

int clinux_set_parent_death_signal(int number) { return result(prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)); }
int clinux_set_process_name(const char *name) { return result(prctl(PR_SET_NAME, name, 0, 0, 0)); }

int clinux_set_round_robin(int priority, bool reset_on_fork) {
  struct sched_param parameters = {.sched_priority = priority};
  return result(sched_setscheduler(0, SCHED_RR | (reset_on_fork ? SCHED_RESET_ON_FORK : 0), &parameters));
}

int clinux_scheduling_policy(void) {
  int policy = sched_getscheduler(0);
  return policy < 0 ? -errno : policy & ~SCHED_RESET_ON_FORK;
}

int clinux_policy_round_robin(void) { return SCHED_RR; }
int clinux_set_timer_slack(unsigned long nanoseconds) { return result(prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0)); }
int clinux_set_namespace_network(int fd) { return result(setns(fd, CLONE_NEWNET)); }
int clinux_unshare_network(void) { return result(unshare(CLONE_NEWNET)); }

static int ofd_set(int fd, short type, int64_t offset) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1};
  return result(fcntl(fd, F_OFD_SETLK, &lock));
}

int clinux_ofd_lock(int fd, int64_t offset) { return ofd_set(fd, F_WRLCK, offset); }
int clinux_ofd_unlock(int fd, int64_t offset) { return ofd_set(fd, F_UNLCK, offset); }

int64_t clinux_file_system_type(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) < 0 ? -errno : (int64_t)(uint32_t)status.f_type;
}

bool clinux_has_access_list(const char *path) { return lgetxattr(path, "system.posix_acl_access", NULL, 0) >= 0; }

int clinux_ofd_share(int fd, int64_t offset) { return ofd_set(fd, F_RDLCK, offset); }

int clinux_ofd_lock_all(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  return result(fcntl(fd, F_OFD_SETLK, &lock));
}

int clinux_ofd_is_locked(int fd, int64_t offset, int64_t length) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = length};
  if (fcntl(fd, F_OFD_GETLK, &lock) < 0) return -errno;
  return lock.l_type != F_UNLCK;
}
uint32_t clinux_interface_index(const char *name) { return if_nametoindex(name); }
