import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import VRRPCore

@testable import Prober

/// Tracked processes with what they have said, and a program of an unusual name.
final class TrackedProcessRig {
  let scratch: Scratch
  let loop: EventLoop
  let processes: TrackedProcesses
  let program: String
  private(set) var said: [TrackerStatus] = []
  private var children: [ChildProcess] = []
  /// Why `/proc` is made to hide processes, if it does.
  var obstacle: String?
  /// Whether it shows none of the program's.
  var hidesAll = false
  /// What was said last of the verdict.
  private(set) var reason = ""
  /// What `/proc` is made to say of the arguments of these processes, if not the truth.
  var arguments: [String]?
  /// Which processes the next looks at `/proc` find, one after the other, if not all.
  var lists: [[Int32]] = []
  /// Those that run, in the order of their starts.
  var running: [Int32] { children.map(\.processID) }

  init() throws {
    scratch = try Scratch()
    loop = try EventLoop()
    // At most 15 characters, and no other test's.
    program = scratch.script(
      "mt\(UInt32.random(in: 0 ... .max))",
      """
      exec 2>/dev/null
      stay() { [ -z "$1" ] || : > "$1"; while :; do sleep 5; done; }
      [ "$1" = fork ] && { (stay "$2" & ) & exit; }
      stay "$2"
      """)
    final class Untruth {
      var arguments: (() -> [String]?)?
      var hidesAll: (() -> Bool)?
      var obstacle: (() -> String?)?
      var list: (() -> [Int32]?)?
    }
    let (untruth, program) = (Untruth(), program)
    processes = TrackedProcesses(
      loop: loop, log: LogWriter(STDERR_FILENO, format: .text, loop: loop),
      list: { untruth.list?() ?? ProcessHandle.all() },
      identify: { pid, withArguments in
        var identity = ProcessIdentity(of: pid, withArguments: withArguments)
        if untruth.hidesAll?() == true { return nil }
        if let arguments = untruth.arguments?(), identity?.arguments.contains(program) == true {
          identity?.arguments = arguments
        }
        return identity
      }, obstacle: { untruth.obstacle?() })
    untruth.arguments = { [unowned self] in arguments }
    untruth.hidesAll = { [unowned self] in hidesAll }
    untruth.obstacle = { [unowned self] in obstacle }
    untruth.list = { [unowned self] in lists.isEmpty ? nil : lists.removeFirst() }
    processes.onFinding = { [unowned self] _, finding in
      reason = finding.reason
      if said.last != finding.status { said.append(finding.status) }
    }
  }

  deinit { killAll() }

  var name: String { program.split(separator: "/").last.map(String.init) ?? "" }

  func adopt(
    previous: TrackerFinding? = nil, _ change: (inout TrackedProcessDefinition) -> Void = { _ in }
  ) {
    var definition = TrackedProcessDefinition(name: "p", command: name)
    change(&definition)
    processes.adopt([definition]) { _ in previous }
  }

  /// Starts another one, and returns when it has become what it is to be.
  /// - Parameter isForked: whether it forks twice and ends, as daemons do.
  func runSuccessor(isForked: Bool) throws {
    let ready = scratch.path("ready-\(UInt32.random(in: 0 ... .max))")
    try run(isForked ? "fork" : "stay", ready)
    let end = MonotonicClock.now() + .seconds(30)
    while access(ready, F_OK) != 0, MonotonicClock.now() < end { usleep(200) }
  }

  func run(_ arguments: String...) throws {
    var request = SpawnRequest(
      executable: program, arguments: [program] + arguments, environment: ["PATH=/usr/bin:/bin"])
    request.group = .own
    children.append(try ChildProcess(request))
  }

  func killOneAndLeaveIt() { try? children.last?.signal(SIGKILL, group: true) }

  func killOne() {
    guard let child = children.popLast() else { return }
    try? child.signal(SIGKILL, group: true)
    _ = try? child.reap()
  }

  func killFirst() {
    guard let child = children.first else { return }
    children.removeFirst()
    try? child.signal(SIGKILL, group: true)
    _ = try? child.reap()
  }

  func killSecond() {
    let child = children.remove(at: 1)
    try? child.signal(SIGKILL, group: true)
    _ = try? child.reap()
  }

  func killAll() { while !children.isEmpty { killOne() } }

  func wait(for wanted: [TrackerStatus], within bound: Nanoseconds = .seconds(30)) throws -> Bool {
    let end = MonotonicClock.now() + bound
    while said != wanted, MonotonicClock.now() < end {
      try loop.turn(until: MonotonicClock.now() + .milliseconds(20))
    }
    return said == wanted
  }
}
