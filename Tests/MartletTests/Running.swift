import Glibc
import LinuxSystem

/// A finished run of a program.
struct Outcome {
  var code: Int32
  var output: String
  var errors: String
}

/// Runs programs to their end, within a bound.
enum Running {
  /// The martlet binary beside the program that runs the tests; `nil` if it was not built.
  static let martlet: String? = {
    guard let own = try? Executable.resolvedPath(), let slash = own.lastIndex(of: "/") else { return nil }
    let path = own[...slash] + "martlet"
    return access(String(path), X_OK) == 0 ? String(path) : nil
  }()

  /// The top of the source tree.
  static let sources: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// Whether tests may start the service: not as root on a real host, where it would leave its lock file in /run.
  static let mayServe = geteuid() != 0 || isLab
  /// Whether the tests run in namespaces of their own.
  static let isLab = getenv("MARTLET_LAB") != nil

  static func find(_ program: String) -> String? {
    ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + program }.first { access($0, X_OK) == 0 }
  }

  /// Runs martlet with these arguments, under this name, within bounds that the kernel enforces.
  static func martlet(
    _ arguments: [String], as name: String = "martlet", limits: [ResourceLimit] = []
  ) throws -> Outcome {
    // What is installed on the machine that runs the tests is none of theirs.
    let names = ["--service", "--unit", "--explain", "--rules"]
    let isCheck = arguments.first == "check" && !arguments.contains(where: names.contains)
    return try run(martlet ?? "", [name] + arguments + (isCheck ? ["--no-service"] : []), limits: limits)
  }

  /// Runs a program and waits for its end, at most ten minutes.
  static func run(_ executable: String, _ arguments: [String], limits: [ResourceLimit] = []) throws -> Outcome {
    let output = try MemoryFile.create(name: "output")
    let errors = try MemoryFile.create(name: "errors")
    let child = try start(executable, arguments, output: output.rawValue, errors: errors.rawValue, limits: limits)
    var waiting = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
    if poll(&waiting, 1, 600_000) != 1 { try child.signal(SIGKILL) }
    poll(&waiting, 1, 1_000)
    let code: Int32 =
      switch try child.reap() {
      case .exited(let code): code
      case .signaled(let signal): -signal
      case nil: -1000
      }
    return Outcome(code: code, output: try text(output.rawValue), errors: try text(errors.rawValue))
  }

  static func start(
    _ executable: String, _ arguments: [String], output: Int32 = STDOUT_FILENO, errors: Int32,
    limits: [ResourceLimit] = []
  ) throws -> ChildProcess {
    var request = SpawnRequest(
      executable: executable, arguments: arguments, environment: ProcessEnvironment.current.entries)
    request.parentDeathSignal = SIGKILL
    request.limits = limits
    request.map(output, to: STDOUT_FILENO)
    request.map(errors, to: STDERR_FILENO)
    return try ChildProcess(request)
  }

  private static func text(_ descriptor: Int32) throws -> String {
    String(decoding: try MemoryFile.readAll(descriptor, limit: 1 << 24), as: UTF8.self)
  }
}

/// A directory that is gone with its last reference.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/martlet-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "create directory", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file; its path.
  func file(_ name: String, _ text: String) throws -> String { try file(name, bytes: Array(text.utf8)) }

  /// Writes a file of these bytes; its path.
  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let file = try FileDescriptor.open(path + "/" + name, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    _ = try file.write(bytes)
    return path + "/" + name
  }

  deinit {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { unlink(path + "/" + name) }
      }
      closedir(entries)
    }
    rmdir(path)
  }
}

/// Configurations for the command line to judge.
enum Sample {
  /// What signs a router's adverts, so that nothing is left to recommend.
  static let signature = "auth_hmac {\n key 1 \(String(repeating: "k", count: 32))\n active_key 1\n }"

  static func router(interface: String = "mart-none0", extra: String = "") -> String {
    """
    vrrp_instance VI_1 {
      state BACKUP
      interface \(interface)
      virtual_router_id 51
      priority 100
      advert_int 1
      virtual_ipaddress {
        192.0.2.51/24
      }
      \(extra)
    }

    """
  }
}
