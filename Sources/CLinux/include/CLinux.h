#pragma once

// What Swift cannot import of Linux: variadic calls, macros, packed structures, control messages and raw system calls.
// Every function that can fail gives a negative errno; none keeps state of its own, save the two packet batches.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The C library's words for an error number; 0, or a negative errno.
int clinux_error_text(int number, char *buffer, size_t capacity);

// MARK: Descriptors

int clinux_close(int fd);
int clinux_duplicate(int fd, int minimum);
int clinux_set_nonblocking(int fd);
int clinux_set_close_on_exec(int fd, bool enabled);
int clinux_pipe(int ends[2]);
int clinux_open(const char *path, int flags, uint32_t mode);
int clinux_open_at(int directory, const char *path, int flags, uint32_t mode);
/// Flags of open(2) that depend on the architecture or need _GNU_SOURCE.
int clinux_open_flags_create_private(void);
int clinux_open_flags_exclusive(void);
int clinux_open_flags_read(void);
int clinux_open_flags_directory(void);
int clinux_open_flags_lock_file(void);
int clinux_eventfd(void);

// MARK: Reactor

#define CLINUX_READABLE 1u
#define CLINUX_WRITABLE 2u
#define CLINUX_HANG_UP 4u
#define CLINUX_ERROR 8u
#define CLINUX_EDGE 16u

/// One ready descriptor: the token it was watched with and what it is ready for.
typedef struct {
  uint64_t token;
  uint32_t readiness;
} clinux_event;

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t interest, uint64_t token);
int clinux_epoll_modify(int epoll, int fd, uint32_t interest, uint64_t token);
int clinux_epoll_remove(int epoll, int fd);
/// Waits at most `timeout` milliseconds (-1 for ever) and fills at most 64 events; the count, or a negative errno.
int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int timeout);
int clinux_timerfd_create(void);
/// Arms a one-shot timer for an absolute time on CLOCK_MONOTONIC; 0 disarms.
int clinux_timerfd_arm(int fd, int64_t nanoseconds);
int64_t clinux_monotonic_nanoseconds(void);

// MARK: Signals

int clinux_signalfd(const int *signals, size_t count);
/// The number of the next signal, with its sender; 0 when there is none.
int clinux_signalfd_read(int fd, int32_t *sender_pid, uint32_t *sender_uid);
int clinux_ignore_signal(int signal);
int clinux_restore_signal(int signal);
/// Keeps a signal waiting in the calling thread.
int clinux_block_signal(int signal);

// MARK: Processes

typedef struct {
  int32_t source;
  int32_t target;
} clinux_descriptor_map;

typedef struct {
  int32_t resource;
  uint64_t soft;
  uint64_t hard;
} clinux_resource_limit;

typedef struct {
  const char *path;
  char *const *argv;
  char *const *envp;
  /// Sorted by target, targets distinct.
  const clinux_descriptor_map *descriptors;
  size_t descriptor_count;
  const clinux_resource_limit *limits;
  size_t limit_count;
  /// `NULL`: keep.
  const uint32_t *groups;
  size_t group_count;
  bool sets_groups;
  bool sets_uid;
  bool sets_gid;
  bool sets_umask;
  bool sets_nice;
  bool resets_scheduling;
  /// Bit N - 1 for signal N: ignored by the child from its first moment on; all others have their defaults.
  uint64_t ignored_signals;
  bool new_group;
  bool new_session;
  uint32_t uid;
  uint32_t gid;
  uint32_t umask;
  int32_t nice;
  /// 0: none.
  int32_t parent_death_signal;
  /// `NULL`: keep.
  const char *working_directory;
  /// What ``clinux_sandbox_open`` gave; -1: no sandbox.
  int sandbox;
  bool sandbox_has_network;
  /// How long to wait for the program to be executed, in milliseconds; negative: for as long as it takes, which costs less.
  int32_t longest_wait;
} clinux_spawn_request;

/// The descriptors of a process that was started.
typedef struct {
  int pidfd;
  /// That of its sandbox; -1 without one.
  int gate;
  /// Where it will say what fails, if its program was not executed within `longest_wait`; else -1.
  int report;
} clinux_spawned;

/// Which step of a spawn failed.
enum {
  CLINUX_SPAWN_CLONE = 1,
  CLINUX_SPAWN_GROUP,
  CLINUX_SPAWN_SCHEDULING,
  CLINUX_SPAWN_LIMITS,
  CLINUX_SPAWN_CREDENTIALS,
  CLINUX_SPAWN_DIRECTORY,
  CLINUX_SPAWN_PARENT,
  CLINUX_SPAWN_DESCRIPTORS,
  CLINUX_SPAWN_EXECUTE,
  CLINUX_SPAWN_SANDBOX,
};

/// Refuses, for ever and for all threads to come, what acts on another process, starts one or keeps another waiting; needs no new
/// privileges to be set. Unless it sends any packet, raw sockets are for ICMP only. 0, or a negative errno.
int clinux_role_filter(bool sends_any_packet);
/// The version of the kernel's Landlock; a negative errno where there is none.
int clinux_sandbox_version(void);
/// The rules of a sandbox that may write nowhere, as a descriptor; a negative errno where the kernel has no Landlock.
int clinux_sandbox_open(void);
/// In the child, before its descriptors are gone: no new privileges, and no writing. 0, or -1 with errno.
/// Its gate goes to the parent through `channel`.
int clinux_sandbox_begin(int ruleset, int channel);
/// In the child, as the last thing before it executes. 0, or -1 with errno.
int clinux_sandbox_finish(bool with_network);
/// In the child: what it may do to processes is asked of whoever holds the gate, which is sent through `channel`. 0, or -1 with errno.
int clinux_sandbox_close_gate(int channel);
/// In the parent: the gate, which is readable when something is asked and hangs up when nobody is in the sandbox any more.
int clinux_sandbox_receive_gate(int channel);
/// Answers what is asked at a readable gate: a process may do so to those of its session.
int clinux_sandbox_answer(int listener);

/// Starts a process; 0, or a negative errno with the failed step in `step`. On success `pid` is set too, by the child before it
/// does anything else.
int clinux_spawn(const clinux_spawn_request *request, clinux_spawned *spawned, int32_t *pid, int *step);
/// What has become of a start since: 0, or a negative errno with the failed step. It waits until that is known.
int clinux_spawn_outcome(int report, int *step);
int clinux_pidfd_open(int32_t pid);
int clinux_pidfd_signal(int pidfd, int signal);
int clinux_kill(int32_t pid, int signal);
/// 0 with `code` (CLD_EXITED, CLD_KILLED…) and `status` when it ended, 1 when it still runs, or a negative errno.
int clinux_pidfd_wait(int pidfd, bool keep, int *code, int *status);
/// The number of a child that has ended and that nobody has waited for, which it stays; 0 when there is none.
int clinux_ended_child(void);
/// Has the kernel forget a child that has ended.
int clinux_forget_child(int32_t pid);
bool clinux_code_is_exit(int code);
char **clinux_environment(void);

// MARK: Message sockets

int clinux_seqpacket_pair(int ends[2]);
int clinux_set_socket_option(int fd, int level, int option, int value);
int clinux_socket_send_buffer(int fd, int bytes);
int clinux_socket_receive_buffer(int fd, int bytes);
/// Sends one message without waiting; 0, or a negative errno.
int clinux_send_message(int fd, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);

#define CLINUX_MESSAGE_DESCRIPTORS 16

typedef struct {
  size_t count;
  bool truncated;
  bool ended;
  bool descriptors_truncated;
  size_t descriptor_count;
  int descriptors[CLINUX_MESSAGE_DESCRIPTORS];
} clinux_received_message;

int clinux_receive_message(int fd, void *buffer, size_t capacity, clinux_received_message *message);
int clinux_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// Sends a datagram to a Unix socket by path; a leading '@' means the abstract namespace.
int clinux_send_to_unix(const char *path, const void *bytes, size_t count);

// MARK: Memory

#define CLINUX_SEAL_SEAL 1u
#define CLINUX_SEAL_SHRINK 2u
#define CLINUX_SEAL_GROW 4u
#define CLINUX_SEAL_WRITE 8u

int clinux_memfd_create(const char *name, bool sealable);
int clinux_add_seals(int fd, uint32_t seals);
int clinux_get_seals(int fd);
int clinux_map(int fd, size_t length, bool writable, void **address);
void clinux_return_memory(void);
/// Makes `bytes` of heap (at most 4 MiB) ready to be handed out, and has the allocator keep so much.
void clinux_reserve_heap(size_t bytes);
void clinux_return_file_pages(void);
int clinux_lock_memory(void);

// MARK: Identity, namespaces and scheduling

int clinux_capabilities_get(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable);
int clinux_capabilities_set(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/// Drops every capability outside `kept` from the bounding set.
int clinux_bounding_set_drop(uint64_t kept);
int clinux_bounding_set_has(int capability);
int clinux_ambient_clear(void);
int clinux_ambient_raise(int capability);
int clinux_no_new_privileges(void);
int clinux_keep_capabilities(bool keep);
int clinux_set_identity(uint32_t uid, uint32_t gid, const uint32_t *groups, size_t group_count);
int clinux_set_dumpable(void);
int clinux_set_parent_death_signal(int signal);
int clinux_set_process_name(const char *name);
int clinux_set_round_robin(int priority, bool reset_on_fork);
int clinux_scheduling_policy(void);
int clinux_policy_round_robin(void);
int clinux_set_timer_slack(unsigned long nanoseconds);
int clinux_set_namespace_network(int fd);
int clinux_unshare_network(void);
int clinux_ofd_lock(int fd, int64_t offset);
int clinux_ofd_unlock(int fd, int64_t offset);
/* The number of the file system that an open file lies in, as statfs(2) has them. */
int64_t clinux_file_system_type(int fd);
/* A lock that any number may hold, and one of all bytes there can be. */
int clinux_ofd_share(int fd, int64_t offset);
int clinux_ofd_lock_all(int fd);
/* 1 if another open file holds a lock on one of these bytes (length 0: up to the end of all), 0 if none does. */
int clinux_ofd_is_locked(int fd, int64_t offset, int64_t length);

/// Lets this process open as many files as it ever may, at most 65,536.
int clinux_raise_open_files(void);

/// Whether there is an access list (POSIX ACL) beside a file's mode. A link is not followed.
bool clinux_has_access_list(const char *path);

// MARK: Raw sockets

/// The index of the named interface; 0 when there is none.
uint32_t clinux_interface_index(const char *name);
int clinux_advert_receive_socket(
  bool ipv6, int protocol, int32_t interface, const char *device, int receive_buffer);
/// Joins `group` (network order) on `interface`.
int clinux_join_group(int fd, bool ipv6, const uint8_t *group, int32_t interface);
int clinux_leave_group(int fd, bool ipv6, const uint8_t *group, int32_t interface);
/// `whole_packets`: what is sent begins with its IPv4 header; not for IPv6.
int clinux_advert_send_socket(bool ipv6, bool whole_packets, int send_buffer);
int clinux_packet_send_socket(int send_buffer);
/// Hears and sends ARP frames on one interface.
int clinux_arp_socket(int32_t interface);
/// The link-layer address of the named interface, six bytes; -EAFNOSUPPORT if it is no Ethernet address.
int clinux_link_address(const char *name, void *address);

/// What arrived in one slot of a receive batch. Addresses are in network order; IPv4 uses the first four bytes.
typedef struct {
  const uint8_t *bytes;
  uint32_t count;
  bool truncated;
  /// -1 when the kernel did not say.
  int32_t hop_limit;
  int32_t interface;
  uint8_t source[16];
  uint8_t destination[16];
  /// When the kernel received it, in nanoseconds of the monotonic clock; 0 if it did not say.
  int64_t arrival;
} clinux_datagram;

typedef struct clinux_receive_batch clinux_receive_batch;
clinux_receive_batch *clinux_receive_batch_create(uint32_t slots, uint32_t slot_bytes);
void clinux_receive_batch_destroy(clinux_receive_batch *batch);
/// Fills the batch without waiting; the number of datagrams (0: none waiting), or a negative errno.
int clinux_receive_batch_fill(clinux_receive_batch *batch, int fd);
const clinux_datagram *clinux_receive_batch_datagrams(const clinux_receive_batch *batch);

typedef struct clinux_send_batch clinux_send_batch;
clinux_send_batch *clinux_send_batch_create(uint32_t slots, uint32_t arena_bytes);
void clinux_send_batch_destroy(clinux_send_batch *batch);
/// Adds one message; false when the batch has no room for it.
bool clinux_send_batch_add_ip(
  clinux_send_batch *batch, bool ipv6, const void *payload, uint32_t count, const uint8_t *destination,
  const uint8_t *source, int32_t interface, uint8_t hop_limit);
bool clinux_send_batch_add_frame(clinux_send_batch *batch, const void *frame, uint32_t count, int32_t interface);
/// Sends from message `first` on; how many left, or a negative errno that concerns message `first`.
int clinux_send_batch_flush(clinux_send_batch *batch, int fd, uint32_t first);
void clinux_send_batch_clear(clinux_send_batch *batch);

// MARK: Datagrams whose TTL matters

/// Hears what is sent to a UDP port of any own address, with TTL, destination and interface of each datagram.
int clinux_datagram_receive_socket(bool ipv6, uint16_t port);
/// Sends from a UDP port with a fixed TTL; `source` may be `NULL`. It queues nothing that arrives.
int clinux_datagram_send_socket(bool ipv6, const uint8_t *source, uint16_t port, int hop_limit);
int clinux_datagram_send(
  int fd, bool ipv6, const void *bytes, size_t count, const uint8_t *destination, uint16_t port);
/// Takes one datagram without waiting into `buffer`; 0, or a negative errno.
int clinux_datagram_receive(int fd, bool ipv6, void *buffer, size_t capacity, clinux_datagram *datagram);

// MARK: Netlink

/// Receives one datagram without waiting: its length, or a negative errno (-ENOBUFS: some were lost before it).
/// `sender` is the port it came from (0: the kernel); `truncated` says that the buffer was too short.
int clinux_netlink_receive(int fd, void *buffer, size_t capacity, uint32_t *sender, bool *truncated);
/// Sends to the kernel.
int clinux_netlink_send(int fd, const void *bytes, size_t count);
/// Waits until the descriptor is readable; 1, 0 after `milliseconds`, or a negative errno.
int clinux_wait_readable(int fd, int milliseconds);
/// The receive buffer's size in bytes as the kernel counts it.
int clinux_socket_receive_buffer_size(int fd);
/// A socket that hears of new programs, names and processes (proc connector). The kernel answers at once, with `mark` and 1
/// more in its acknowledgement field, if it will tell; it says nothing where it will not.
int clinux_process_events_open(uint32_t mark, int receive_buffer);
/// Tells the kernel that nobody listens on this socket any more, which it would not notice by itself before 6.6.
int clinux_process_events_end(int fd);
/// Acknowledgements of failures without a copy of the request.
int clinux_netlink_explained_acknowledgements(int fd);
