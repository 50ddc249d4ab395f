import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// A host with a `/run` of its own, and a user `martlet`: there a service is started in whatever way an installed one is, whereas the
/// labs share theirs.
struct OwnRun {
  let host: Host
  /// What is `/run` inside.
  let folder: String
  let binary: String
  let file: RouterFile

  /// The number of the user and of the group.
  static let user: UInt32 = 64_099

  /// Makes one in a host of its own.
  /// - Parameter lines: what the instance has besides.
  init(in lab: Lab, name: String = "a", number: UInt8 = 1, lines: [String] = []) throws {
    host = try lab.addHost(name, number: number)
    guard let program = LabEnvironment.martletBinary else { throw LabError("the martlet binary is missing") }
    binary = program
    folder = "\(host.folder)/run"
    var file = RouterFile(version: .v3, interval: .milliseconds(100))
    file.instanceLines = lines
    self.file = file
    guard mkdir(folder, 0o755) == 0 else { throw LabError("cannot make \(folder)") }
    try writeFile("\(host.folder)/passwd", readFile("/etc/passwd") + "martlet:x:\(Self.user):\(Self.user)::/:/bin/sh\n")
    try writeFile("\(host.folder)/group", readFile("/etc/group") + "martlet:x:\(Self.user):\n")
    try writeFile("\(host.folder)/service.conf", file.text(for: host, priority: 200, peers: []))
    guard symlink(binary, "\(host.folder)/keepalived") == 0 else { throw LabError("cannot link \(binary)") }
  }

  /// The host's folder as it is seen inside.
  static let seenFolder = "/mnt"
  /// The file that it serves, as it is seen inside.
  let configuration = "\(OwnRun.seenFolder)/service.conf"
  /// martlet by the other name, as it is seen inside.
  let keepalived = "\(OwnRun.seenFolder)/keepalived"

  /// A command line that runs `arguments` where `/run` and the users are the host's own.
  /// - Parameter setup: shell commands to run there before.
  func inside(_ arguments: [String], setup: String = "true") -> [String] {
    // The namespaces of the lab stay where they are; its folders, which are in its /run, are hidden, so the host's goes to /mnt.
    let mounts =
      ["mkdir -p \(folder)/netns", "mount --rbind /run/netns \(folder)/netns", "mount --rbind \(host.folder) /mnt"]
      + [("passwd", "/etc/passwd"), ("group", "/etc/group"), ("run", "/run")].map {
        "mount --rbind /mnt/\($0.0) \($0.1)"
      }
    let script = (mounts + [setup, "exec \"$@\""]).joined(separator: " && ")
    return ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, "sh"] + arguments
  }

  /// `arguments` as the user `martlet` with the two capabilities that the service gives it.
  static func asUser(_ arguments: [String]) -> [String] {
    [
      "setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--inh-caps=+net_admin,+net_raw",
      "--ambient-caps=+net_admin,+net_raw", "--bounding-set=-all,+net_admin,+net_raw",
    ] + arguments
  }

  /// Starts a service.
  func start(_ arguments: [String], setup: String = "true") throws -> LabProcess {
    try host.start(inside(arguments, setup: setup), label: "service")
  }

  /// Runs a command that must succeed.
  @discardableResult
  func run(_ arguments: String...) throws -> String {
    let result = try host.attempt(inside(arguments))
    guard result.succeeded else { throw LabError("\(arguments): \(result.end): \(result.errors)\(result.output)") }
    return result.output
  }

  /// Waits until the floating address is there, or not; whether it came to that.
  func holds(_ wanted: Bool = true) async throws -> Bool {
    try await eventually(within: .seconds(10)) { try host.holds(file.address()) == wanted }
  }
}
