// The least that a backup can do: it arms a timer at each advert that it hears, and when the timer fires it sends one advert and one
// gratuitous ARP. It checks nothing, keeps no state and owns no address. What it takes is what the machine takes, so it is the floor
// that the benchmark measures daemons against.
//
// LeastBackup INTERFACE SOURCE VRID PRIORITY CENTISECONDS ADDRESS; VRRP version 3, IPv4, multicast.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { VRRP = 112, ADVERT_BYTES = 12, FRAME_BYTES = 42 };
static const int64_t SECOND = 1000000000;

static void must(long result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static uint16_t checksum(const uint8_t *bytes, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < count; i += 2) sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return htons((uint16_t)~sum);
}

/// RFC 9568 section 5: the advert, whose checksum covers a pseudo-header as well.
static void write_advert(
  uint8_t *advert, struct in_addr source, struct in_addr group, int vrid, int priority, int centiseconds,
  struct in_addr address
) {
  uint8_t covered[12 + ADVERT_BYTES] = {0};
  memcpy(covered, &source, 4);
  memcpy(covered + 4, &group, 4);
  covered[9] = VRRP;
  covered[11] = ADVERT_BYTES;
  uint8_t fields[8] = {0x31, (uint8_t)vrid, (uint8_t)priority, 1, (uint8_t)(centiseconds >> 8), (uint8_t)centiseconds};
  memcpy(covered + 12, fields, 8);
  memcpy(covered + 20, &address, 4);
  uint16_t sum = checksum(covered, sizeof covered);
  memcpy(covered + 18, &sum, 2);
  memcpy(advert, covered + 12, ADVERT_BYTES);
}

/// RFC 5227 section 3: a request for the own address, to everybody.
static void write_announcement(uint8_t *frame, const uint8_t *mac, struct in_addr address) {
  static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1};
  memset(frame, 0, FRAME_BYTES);
  memset(frame, 0xFF, 6);
  memcpy(frame + 6, mac, 6);
  memcpy(frame + 12, head, sizeof head);
  memcpy(frame + 22, mac, 6);
  memcpy(frame + 28, &address, 4);
  memcpy(frame + 38, &address, 4);
}

int main(int count, char **words) {
  if (count != 7) {
    fputs("usage: LeastBackup INTERFACE SOURCE VRID PRIORITY CENTISECONDS ADDRESS\n", stderr);
    return 64;
  }
  const char *interface = words[1];
  struct in_addr source, address, group;
  must(inet_aton(words[2], &source) - 1, "source");
  must(inet_aton(words[6], &address) - 1, "address");
  inet_aton("224.0.0.18", &group);
  int vrid = atoi(words[3]), priority = atoi(words[4]), centiseconds = atoi(words[5]);
  int64_t interval = centiseconds * (SECOND / 100);
  int64_t skew = interval * (256 - priority) / 256;

  int adverts = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, VRRP);
  must(adverts, "raw socket");
  must(setsockopt(adverts, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface) + 1), "bind");
  struct ip_mreqn membership = {.imr_multiaddr = group, .imr_address = source, .imr_ifindex = (int)if_nametoindex(interface)};
  must(setsockopt(adverts, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership), "join");
  must(setsockopt(adverts, IPPROTO_IP, IP_MULTICAST_IF, &membership, sizeof membership), "send from");
  int hops = 255, loop = 0;
  must(setsockopt(adverts, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops), "time to live");
  must(setsockopt(adverts, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop), "loop");

  int frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  must(frames, "packet socket");
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  must(ioctl(frames, SIOCGIFHWADDR, &request), "address of interface");

  uint8_t advert[ADVERT_BYTES], frame[FRAME_BYTES];
  write_advert(advert, source, group, vrid, priority, centiseconds, address);
  write_announcement(frame, (const uint8_t *)request.ifr_hwaddr.sa_data, address);
  struct sockaddr_in everybody = {.sin_family = AF_INET, .sin_addr = group};
  struct sockaddr_ll link = {
    .sll_family = AF_PACKET, .sll_ifindex = membership.imr_ifindex, .sll_halen = 6, .sll_protocol = htons(ETH_P_ARP)};
  memset(link.sll_addr, 0xFF, 6);

  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  must(timer, "timer");
  // As a daemon would; what is refused is done without.
  struct sched_param first = {.sched_priority = 10};
  (void)sched_setscheduler(0, SCHED_RR, &first);
  (void)prctl(PR_SET_TIMERSLACK, 1);
  (void)mlockall(MCL_CURRENT | MCL_FUTURE);

  struct pollfd waited[] = {{.fd = adverts, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
  for (;;) {
    if (poll(waited, 2, -1) < 0 && errno != EINTR) must(-1, "wait");
    if (waited[1].revents & POLLIN) {
      (void)!sendto(adverts, advert, sizeof advert, 0, (struct sockaddr *)&everybody, sizeof everybody);
      (void)!sendto(frames, frame, sizeof frame, 0, (struct sockaddr *)&link, sizeof link);
      uint64_t expirations;
      (void)!read(timer, &expirations, sizeof expirations);
    }
    if (waited[0].revents & POLLIN) {
      struct timespec now;
      clock_gettime(CLOCK_MONOTONIC, &now);
      uint8_t packet[256];
      ssize_t received = recv(adverts, packet, sizeof packet, MSG_DONTWAIT);
      if (received < 20 + ADVERT_BYTES || packet[21] != vrid) continue;
      int64_t wait = packet[22] == 0 ? skew : interval * 3 + skew;
      int64_t end = now.tv_sec * SECOND + now.tv_nsec + wait;
      struct itimerspec when = {.it_value = {.tv_sec = end / SECOND, .tv_nsec = end % SECOND}};
      must(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL), "arm");
    }
  }
}
