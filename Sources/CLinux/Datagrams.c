#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// UDP sockets whose packets' TTL matters: BFD.

#define INTERNETWORK_CONTROL 0xC0

typedef union {
  struct sockaddr plain;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} endpoint;

static socklen_t make_endpoint(endpoint *end, bool ipv6, const uint8_t *address, uint16_t port) {
  memset(end, 0, sizeof *end);
  if (ipv6) {
    end->v6.sin6_family = AF_INET6;
    end->v6.sin6_port = htons(port);
    if (address) memcpy(&end->v6.sin6_addr, address, 16);
    return sizeof end->v6;
  }
  end->v4.sin_family = AF_INET;
  end->v4.sin_port = htons(port);
  if (address) memcpy(&end->v4.sin_addr, address, 4);
  return sizeof end->v4;
}

#define SET(level, option, value)                                    \
  do {                                                               \
    outcome = clinux_set_socket_option(fd, (level), (option), value); \
    if (outcome < 0) goto failed;                                    \
  } while (0)

static int open_socket(bool ipv6) {
  int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  int outcome;
  // A socket of the process before this one may still be there; what arrives is for the one that was bound last.
  SET(SOL_SOCKET, SO_REUSEADDR, 1);
  if (ipv6) SET(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
failed:
  close(fd);
  return outcome;
}

static int bind_socket(int fd, bool ipv6, const uint8_t *address, uint16_t port) {
  endpoint end;
  socklen_t size = make_endpoint(&end, ipv6, address, port);
  if (bind(fd, &end.plain, size) == 0) return fd;
  int outcome = -errno;
  close(fd);
  return outcome;
}

int clinux_datagram_receive_socket(bool ipv6, uint16_t port) {
  int fd = open_socket(ipv6);
  if (fd < 0) return fd;
  int outcome;
  if (ipv6) {
    SET(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SET(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  } else {
    SET(IPPROTO_IP, IP_PKTINFO, 1);
    SET(IPPROTO_IP, IP_RECVTTL, 1);
  }
  return bind_socket(fd, ipv6, NULL, port);
failed:
  close(fd);
  return outcome;
}

int clinux_datagram_send_socket(bool ipv6, const uint8_t *source, uint16_t port, int hop_limit) {
  int fd = open_socket(ipv6);
  if (fd < 0) return fd;
  struct sock_filter instructions[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  struct sock_fprog program = {1, instructions};
  int outcome;
  // Nothing that arrives here is read.
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) {
    outcome = -errno;
    goto failed;
  }
  if (ipv6) {
    SET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hop_limit);
    SET(IPPROTO_IPV6, IPV6_TCLASS, INTERNETWORK_CONTROL);
    SET(SOL_SOCKET, SO_PRIORITY, 6);
    // The source may be an address that is not there yet.
    SET(IPPROTO_IPV6, IPV6_FREEBIND, 1);
  } else {
    SET(IPPROTO_IP, IP_TTL, hop_limit);
    SET(IPPROTO_IP, IP_TOS, INTERNETWORK_CONTROL);
    SET(IPPROTO_IP, IP_FREEBIND, 1);
  }
  return bind_socket(fd, ipv6, source, port);
failed:
  close(fd);
  return outcome;
}

int clinux_datagram_send(
  int fd, bool ipv6, const void *bytes, size_t count, const uint8_t *destination, uint16_t port) {
  endpoint end;
  socklen_t size = make_endpoint(&end, ipv6, destination, port);
  ssize_t sent;
  do sent = sendto(fd, bytes, count, MSG_NOSIGNAL, &end.plain, size);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

static void describe(struct msghdr *message, clinux_datagram *datagram) {
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TTL) {
      int value;
      memcpy(&value, CMSG_DATA(header), sizeof value);
      datagram->hop_limit = value;
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo information;
      memcpy(&information, CMSG_DATA(header), sizeof information);
      datagram->interface = information.ipi_ifindex;
      memcpy(datagram->destination, &information.ipi_addr, 4);
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_HOPLIMIT) {
      int value;
      memcpy(&value, CMSG_DATA(header), sizeof value);
      datagram->hop_limit = value;
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo information;
      memcpy(&information, CMSG_DATA(header), sizeof information);
      datagram->interface = (int32_t)information.ipi6_ifindex;
      memcpy(datagram->destination, &information.ipi6_addr, 16);
    }
  }
}

int clinux_datagram_receive(int fd, bool ipv6, void *buffer, size_t capacity, clinux_datagram *datagram) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + 64];
  } control;
  endpoint sender;
  memset(&sender, 0, sizeof sender);
  struct iovec part = {buffer, capacity};
  struct msghdr message = {
    .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
    .msg_controllen = sizeof control};
  ssize_t count;
  do count = recvmsg(fd, &message, MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  memset(datagram, 0, sizeof *datagram);
  datagram->bytes = buffer;
  datagram->count = (uint32_t)count;
  datagram->truncated = message.msg_flags & MSG_TRUNC;
  datagram->hop_limit = -1;
  if (ipv6) memcpy(datagram->source, &sender.v6.sin6_addr, 16);
  else memcpy(datagram->source, &sender.v4.sin_addr, 4);
  describe(&message, datagram);
  return 0;
}
