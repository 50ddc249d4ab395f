import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import PrintableText

/// Sends requests to the running service, on its control socket.
struct ControlClient {
  let runtimeDirectory: String

  /// Longest wait for an answer at a prompt.
  static let patience = Nanoseconds.seconds(1)
  /// Longest wait for a reload, which reads the configuration and prepares a whole engine first.
  private static let reloadPatience = Nanoseconds.seconds(60)
  /// Greatest size of an answer, in bytes; no answer comes near it.
  private static let longestAnswer = 256 << 20

  /// A request that failed or that leaves something to complain of: the exit code, a sentence, and the answer's body.
  struct Refusal: Error {
    var code: Int32
    var message: String
    var body: ArraySlice<UInt8> = []

    init(_ message: String, code: Int32 = ControlModel.ExitCode.failure.rawValue, body: ArraySlice<UInt8> = []) {
      self.code = code
      self.message = message
      self.body = body
    }
  }

  /// Sends a request and prints the answer's body; returns the exit code.
  func perform(_ request: ControlRequest, within patience: Nanoseconds? = nil) -> Int32 {
    do {
      show(try ask(request, within: patience))
      return 0
    } catch {
      show(error.body)
      printError("martlet: \(error.message.printable())\n")
      return error.code
    }
  }

  /// Prints an answer without control characters: it holds words of scripts and other hosts, and may come from another program.
  private func show(_ body: ArraySlice<UInt8>) { printOut(String(decoding: body, as: UTF8.self).printableLines) }

  /// Sends a request and returns the answer's body.
  /// - Parameter patience: Longest wait for the answer; `nil` for the usual one of the request.
  func ask(_ request: ControlRequest, within patience: Nanoseconds? = nil) throws(Refusal) -> ArraySlice<UInt8> {
    let answer = try exchange(request, within: patience ?? Self.patience(for: request))
    let end = answer.firstIndex(of: UInt8(ascii: "\n")) ?? answer.endIndex
    let line = String(decoding: answer[..<end], as: UTF8.self)
    let body = answer[min(end + 1, answer.endIndex)...]
    switch ControlReply(line: line) {
    case .ok: return body
    case .error(let code, let message):
      throw Refusal(message, code: code == 0 ? ControlModel.ExitCode.failure.rawValue : code, body: body)
    case nil: throw Refusal("the service ended before it answered")
    }
  }

  private static func patience(for request: ControlRequest) -> Nanoseconds {
    switch request {
    case .reload, .reloadAllowingEmpty: reloadPatience
    case .sources: .seconds(10)
    default: patience
    }
  }

  private func exchange(_ request: ControlRequest, within patience: Nanoseconds) throws(Refusal) -> [UInt8] {
    let end = MonotonicClock.now() + patience
    let socket = try connect(within: patience)
    let service = try? PeerCredentials(of: socket.rawValue).processID
    // A service that refuses a client does so before it has read anything, so there is an answer even if sending fails.
    _ = send(request.line, socket.rawValue)
    var answer: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while answer.count < Self.longestAnswer {
      try awaitAnswer(on: socket.rawValue, of: service, until: end, patience)
      do {
        switch try socket.read(into: buffer) {
        case .bytes(let count): answer += buffer[..<count]
        case .endOfFile: return answer
        case .wouldBlock: continue
        }
      } catch {
        if error.errno == ECONNRESET, !answer.isEmpty { return answer }
        throw Refusal(explanation(of: error))
      }
    }
    return answer
  }

  private func connect(within patience: Nanoseconds) throws(Refusal) -> FileDescriptor {
    do {
      let socket = try UnixStream.connect(to: socketPath, within: patience)
      try socket.setNonblocking()
      return socket
    } catch {
      if error.errno == EAGAIN { throw silence(of: nil, for: patience) }
      throw Refusal(explanation(of: error))
    }
  }

  /// Sends a request. It is short, and a new socket has room for it.
  private func send(_ line: String, _ socket: Int32) -> Bool {
    Glibc.send(socket, line, line.utf8.count, Int32(MSG_NOSIGNAL)) == line.utf8.count
  }

  /// Waits until there is something to read; gives up early on a service that is stopped.
  private func awaitAnswer(
    on socket: Int32, of service: Int32?, until end: MonotonicInstant, _ patience: Nanoseconds
  ) throws(Refusal) {
    var question = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    while true {
      let left = min(end - MonotonicClock.now(), Self.patience)
      guard left > .zero else { throw silence(of: service, for: patience) }
      if poll(&question, 1, Int32(left.rawValue / 1_000_000) + 1) > 0 { return }
      if let service, Self.isStopped(service) { throw silence(of: service, for: patience) }
    }
  }

  private var socketPath: String { runtimeDirectory + "/" + ControlRequest.socketName }

  private func silence(of service: Int32?, for patience: Nanoseconds) -> Refusal {
    let known = service.flatMap { $0 > 0 ? $0 : nil }
    let process = known.map { "process \($0) of the service" } ?? "the service"
    if let known, Self.isStopped(known) {
      return Refusal(
        "\(process), which answers here, is stopped (by SIGSTOP, a debugger or the freezer) and cannot answer")
    }
    return Refusal(
      "\(process) did not answer within \(patience.rawValue / 1_000_000_000) s: it is busy, hangs, or has no free descriptor"
    )
  }

  /// True when a process is stopped by a signal or traced.
  private static func isStopped(_ process: Int32) -> Bool {
    guard let file = try? FileDescriptor.open(reading: "/proc/\(process)/stat") else { return false }
    var buffer = [UInt8](repeating: 0, count: 512)
    guard case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? file.read(into: $0) }) else { return false }
    // The name in brackets may contain anything; the state follows the last bracket and a blank.
    guard let bracket = buffer[..<count].lastIndex(of: UInt8(ascii: ")")), bracket + 2 < count else { return false }
    return [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(buffer[bracket + 2])
  }

  /// True when a service holds the runtime directory.
  private var isServed: Bool {
    AddressLocks.isHeld(ServiceLock.key, at: runtimeDirectory + "/" + ServiceLock.file) == true
  }

  private func explanation(of error: SystemError) -> String {
    switch error.errno {
    case ENOENT where isServed:
      "martlet runs with the runtime directory \(runtimeDirectory), but its control socket is not there: its log says why"
    case ECONNREFUSED where isServed:
      "martlet runs, but the process that answers here has died and has not been restarted yet: its log says why"
    case ENOENT, ECONNREFUSED: "no martlet runs here: \(error.description)"
    case EACCES, EPERM: "\(error.description); ask as the user that martlet runs as (root, usually)"
    default: error.description
    }
  }
}

/// Stream sockets of the AF_UNIX family.
enum UnixStream {
  /// Connects; reading and writing block.
  /// - Parameter patience: Longest wait for a place in the queue of a server that does not accept; after it the error is `EAGAIN`.
  static func connect(to path: String, within patience: Nanoseconds? = nil) throws(SystemError) -> FileDescriptor {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw SystemError(operation: "open a socket", errno: errno) }
    let descriptor = FileDescriptor(owning: number)
    if let patience {
      var limit = timeval(
        tv_sec: Int(patience.rawValue / 1_000_000_000), tv_usec: Int(patience.rawValue % 1_000_000_000 / 1000))
      setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count else { return false }
      room.copyBytes(from: bytes)
      return true
    }
    guard fits else { throw SystemError(operation: "connect to", errno: ENAMETOOLONG, object: path) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw SystemError(operation: "connect to", errno: errno, object: path) }
    return descriptor
  }
}
