import Glibc
import LinuxSystem
import Testing

/// What is left to somebody who has taken over the engine or the prober. Each is tried in a process of its own, as filters stay.
@Suite struct RoleFilterTests {
  /// In the process that is to be filtered.
  private static func begin(sendsAnyPacket: Bool) throws {
    try Capabilities.drop(keeping: .all, bounding: .all, forbidNewPrivileges: true)
    try RoleFilter.begin(sendsAnyPacket: sendsAnyPacket)
  }

  /// The error of a call; 0 for none.
  private static func error(_ outcome: Int32) -> Int32 { outcome < 0 ? errno : 0 }

  @Test("It acts on no other process, though it may ask whether one lives")
  func otherProcesses() async {
    await #expect(processExitsWith: .success) {
      try RoleFilterTests.begin(sendsAnyPacket: true)
      let (own, other) = (getpid(), getppid())
      #expect(RoleFilterTests.error(kill(other, SIGCONT)) == EPERM)
      #expect(RoleFilterTests.error(kill(other, 0)) == 0)
      #expect(RoleFilterTests.error(kill(own, SIGCONT)) == 0)
      #expect(RoleFilterTests.error(setpriority(Int32(PRIO_PROCESS.rawValue), id_t(other), 5)) == EPERM)
      var parameters = sched_param()
      #expect(RoleFilterTests.error(sched_setscheduler(other, SCHED_OTHER, &parameters)) == EPERM)
      #expect(RoleFilterTests.error(sched_setscheduler(0, SCHED_OTHER, &parameters)) == 0)
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      #expect(RoleFilterTests.error(fcntl(ends[0], F_SETOWN, other)) == EPERM)
      #expect(RoleFilterTests.error(fcntl(ends[0], F_SETFD, FD_CLOEXEC)) == 0)
    }
  }

  @Test("It starts threads and no process")
  func newProcesses() async {
    await #expect(processExitsWith: .success) {
      try RoleFilterTests.begin(sendsAnyPacket: true)
      var process: pid_t = 0
      let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
      #expect(posix_spawn(&process, "/bin/true", nil, nil, arguments, nil) == EPERM)
      #expect(RoleFilterTests.error(execv("/bin/true", arguments)) == EPERM)
      var thread = pthread_t()
      #expect(pthread_create(&thread, nil, { _ in nil }, nil) == 0)
      #expect(pthread_join(thread, nil) == 0)
    }
  }

  @Test("It hands over no socket whose end takes long, and sends raw packets only if that is its work")
  func sockets() async {
    await #expect(processExitsWith: .success) { try RoleFilterTests.trySockets(sendsAnyPacket: true) }
    await #expect(processExitsWith: .success) { try RoleFilterTests.trySockets(sendsAnyPacket: false) }
  }

  private static func trySockets(sendsAnyPacket: Bool) throws {
    try begin(sendsAnyPacket: sendsAnyPacket)
    let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var pause = linger(l_onoff: 1, l_linger: 300)
    let length = socklen_t(MemoryLayout<linger>.size)
    #expect(error(setsockopt(stream, SOL_SOCKET, SO_LINGER, &pause, length)) == EPERM)
    var yes: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    #expect(error(setsockopt(stream, SOL_SOCKET, SO_KEEPALIVE, &yes, size)) == 0)
    let raw = Int32(SOCK_RAW.rawValue)
    let header = error(setsockopt(stream, Int32(IPPROTO_IP), IP_HDRINCL, &yes, size))
    #expect((header == EPERM) == !sendsAnyPacket)
    guard geteuid() == 0 else { return }
    for (family, own) in [(AF_INET, Int32(IPPROTO_ICMP)), (AF_INET6, 58)] {
      #expect(error(socket(family, raw, own)) == 0)
      #expect(error(socket(family, raw, 112)) == (sendsAnyPacket ? 0 : EPERM))
    }
    #expect(error(socket(AF_NETLINK, raw, 0)) == 0)
  }
}
