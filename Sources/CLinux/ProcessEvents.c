#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Each datagram is a netlink header, a connector header, and one struct proc_event.
#define EVENT (sizeof(struct nlmsghdr) + sizeof(struct cn_msg))
#define FIELD(name) (EVENT + offsetof(struct proc_event, name))

/// Lets through what somebody looks at: new programs, new names, new processes but not new threads, and answers.
static int filter(int fd) {
  struct sock_filter program[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(what)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXEC), 7, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_COMM), 6, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_NONE), 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_FORK), 0, 5),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(event_data.fork.child_pid)),
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(event_data.fork.child_tgid)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog code = {.len = sizeof program / sizeof program[0], .filter = program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof code) < 0 ? -errno : 0;
}

static int control(int fd, enum proc_cn_mcast_op operation, uint32_t mark) {
  uint32_t operation_word = operation;
  struct nlmsghdr netlink = {.nlmsg_len = EVENT + sizeof operation_word, .nlmsg_type = NLMSG_DONE};
  struct cn_msg connector = {
    .id = {.idx = CN_IDX_PROC, .val = CN_VAL_PROC}, .ack = mark, .len = sizeof operation_word};
  uint8_t message[EVENT + sizeof operation_word];
  memcpy(message, &netlink, sizeof netlink);
  memcpy(message + sizeof netlink, &connector, sizeof connector);
  memcpy(message + EVENT, &operation_word, sizeof operation_word);
  return clinux_netlink_send(fd, message, sizeof message);
}

int clinux_process_events_open(uint32_t mark, int receive_buffer) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
  if (fd < 0) return -errno;
  struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
  int outcome = filter(fd);
  if (outcome == 0 && bind(fd, (struct sockaddr *)&group, sizeof group) < 0) outcome = -errno;
  if (outcome == 0) {
    // What the host allows at most is enough where more than that may not be asked for.
    if (clinux_set_socket_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer) < 0)
      (void)clinux_set_socket_option(fd, SOL_SOCKET, SO_RCVBUF, receive_buffer);
    outcome = control(fd, PROC_CN_MCAST_LISTEN, mark);
  }
  if (outcome < 0) {
    close(fd);
    return outcome;
  }
  return fd;
}

int clinux_process_events_end(int fd) { return control(fd, PROC_CN_MCAST_IGNORE, 0); }
