import ControlModel
import Glibc
import LinuxSystem

/// Asks the service that runs, on its control socket.
struct ControlClient {
  let runtimeDirectory: String

  /// How long an answer may take: a reload prepares a whole engine first.
  private static let patience: Int = 60
  /// More than any answer has.
  private static let longestAnswer = 256 << 20

  /// Why a request was not carried out: the code to exit with, and a sentence.
  struct Refusal: Error {
    var code: Int32
    var message: String
  }

  /// Sends a request and prints the answer's body; the code to exit with.
  func perform(_ request: ControlRequest) -> Int32 {
    do {
      writeAll(try ask(request), to: STDOUT_FILENO)
      return 0
    } catch {
      printError("martlet: \(error.message)\n")
      return error.code
    }
  }

  /// Sends a request; the answer's body.
  func ask(_ request: ControlRequest) throws(Refusal) -> ArraySlice<UInt8> {
    let answer: [UInt8]
    do {
      answer = try exchange(request)
    } catch {
      throw Refusal(code: ControlModel.ExitCode.failure.rawValue, message: Self.explanation(of: error))
    }
    let end = answer.firstIndex(of: UInt8(ascii: "\n")) ?? answer.endIndex
    let line = String(decoding: answer[..<end], as: UTF8.self)
    switch ControlReply(line: line) {
    case .ok: return answer[min(end + 1, answer.endIndex)...]
    case .error(let code, let message):
      throw Refusal(code: code == 0 ? ControlModel.ExitCode.failure.rawValue : code, message: message)
    case nil:
      throw Refusal(
        code: ControlModel.ExitCode.failure.rawValue, message: "the service ended before it answered")
    }
  }

  private func exchange(_ request: ControlRequest) throws(SystemError) -> [UInt8] {
    let socket = try UnixStream.connect(to: runtimeDirectory + "/" + ControlRequest.socketName)
    var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    setsockopt(socket.rawValue, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var rest = Array(request.line.utf8)[...]
    while !rest.isEmpty {
      guard case .bytes(let count) = try socket.write(rest) else { break }
      rest = rest.dropFirst(count)
    }
    var answer: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while answer.count < Self.longestAnswer {
      switch try socket.read(into: buffer) {
      case .bytes(let count): answer += buffer[..<count]
      case .endOfFile: return answer
      case .wouldBlock: throw SystemError(operation: "wait any longer for an answer", errno: ETIMEDOUT)
      }
    }
    return answer
  }

  private static func explanation(of error: SystemError) -> String {
    switch error.errno {
    case ENOENT, ECONNREFUSED: "no martlet runs here: \(error.description)"
    case EACCES, EPERM: "\(error.description); ask as the user that martlet runs as (root, usually)"
    default: error.description
    }
  }
}

/// Stream sockets with a path.
enum UnixStream {
  /// Connects; the socket waits on reading and writing.
  static func connect(to path: String) throws(SystemError) -> FileDescriptor {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw SystemError(operation: "open a socket", errno: errno) }
    let descriptor = FileDescriptor(owning: number)
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
