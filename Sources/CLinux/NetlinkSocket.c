#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

int clinux_netlink_receive(int fd, void *buffer, size_t capacity, uint32_t *sender, bool *truncated) {
  struct sockaddr_nl address = {0};
  struct iovec part = {buffer, capacity};
  struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1};
  ssize_t count;
  do count = recvmsg(fd, &message, MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  *sender = address.nl_pid;
  *truncated = message.msg_flags & MSG_TRUNC;
  return (int)count;
}

int clinux_netlink_send(int fd, const void *bytes, size_t count) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t sent;
  do sent = sendto(fd, bytes, count, 0, (struct sockaddr *)&kernel, sizeof kernel);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

int clinux_wait_readable(int fd, int milliseconds) {
  struct pollfd waited = {.fd = fd, .events = POLLIN};
  int count;
  do count = poll(&waited, 1, milliseconds);
  while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

int clinux_socket_receive_buffer_size(int fd) {
  int size = 0;
  socklen_t length = sizeof size;
  return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0 ? -errno : size;
}

int clinux_netlink_explained_acknowledgements(int fd) {
  // Kernels before 4.12 have no words to give.
  (void)clinux_set_socket_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
  return clinux_set_socket_option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
}
