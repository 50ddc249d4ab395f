import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Supervisor

/// The service manager's end of sd_notify(3).
private final class NotifySocket {
  let path: String
  private let descriptor: FileDescriptor
  private(set) var messages: [String] = []

  init() throws {
    var template = Array("/tmp/martlet-notify-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "create directory", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/socket"
    let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    descriptor = FileDescriptor(owning: number)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw SystemError(operation: "bind", errno: errno, object: path) }
    try descriptor.setNonblocking()
  }

  deinit {
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
  }

  /// Takes what has been sent.
  func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }) {
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }

  func heard(_ text: String) -> Int { messages.count { $0.contains(text) } }
}

@Suite struct ServiceManagerTests {
  private func stage(_ socket: NotifySocket) throws -> SupervisorStage {
    let environment = ProcessEnvironment(["NOTIFY_SOCKET=\(socket.path)", "WATCHDOG_USEC=2000000"])
    return try SupervisorStage(service: ServiceNotification(environment: environment))
  }

  @Test func hearsOfTheServicesWholeLife() throws {
    let socket = try NotifySocket()
    let stage = try stage(socket)
    #expect(try stage.reaches { stage.isServing })
    try socket.receive()
    #expect(socket.messages == ["READY=1"])
    stage.supervisor.enqueue(.reloadRequested(nil))
    #expect(try stage.reaches { stage.processes.started(.engine).count == 2 && stage.isServing })
    try socket.receive()
    #expect(socket.messages[1].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    #expect(socket.messages[2] == "READY=1")
    stage.supervisor.enqueue(.stopRequested)
    #expect(try stage.reaches { stage.supervisor.exitCode != nil })
    try socket.receive()
    #expect(socket.messages.last == "STOPPING=1")
  }

  @Test func isFedOnlyWhileTheEngineMoves() throws {
    let socket = try NotifySocket()
    let stage = try stage(socket)
    #expect(try stage.reaches { stage.isServing })
    #expect(
      try stage.reaches {
        try? socket.receive()
        return socket.heard("WATCHDOG=1") >= 2
      })
    stage.processes.heartbeatStands = true
    #expect(try stage.reaches { !stage.supervisor.supervision.isAlive })
    try socket.receive()
    let fed = socket.heard("WATCHDOG=1")
    // The engine that stands still is killed a moment later; up to then nobody says that all is well.
    let engine = try #require(stage.processes.living(.engine).first)
    #expect(try stage.reaches { !engine.isAlive })
    try socket.receive()
    #expect(socket.heard("WATCHDOG=1") <= fed + 1)
  }

  @Test func learnsHowManyRoutersAreMaster() throws {
    let socket = try NotifySocket()
    let stage = try stage(socket)
    #expect(
      try stage.reaches {
        try? socket.receive()
        return socket.heard("STATUS=0 of 1 virtual routers MASTER") == 1
      })
  }
}
