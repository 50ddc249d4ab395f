import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import HealthCore
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober
@testable import Starter

/// All suites of this target, one test at a time: they start processes and measure what those do.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ProberTests {}

/// A directory of its own for each test, removed with all that is in it.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/martlet-prober-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "make directory", errno: errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    Self.remove(path)
  }

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR, let directory = opendir(path) {
      while let entry = Glibc.readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
      closedir(directory)
    }
    Glibc.remove(path)
  }

  /// An executable shell script.
  func script(_ name: String, _ body: String, mode: UInt32 = 0o755) -> String {
    write(name, "#!/bin/sh\n" + body + "\n")
    chmod(path(name), mode)
    return path(name)
  }

  func path(_ name: String) -> String { path + "/" + name }

  func write(_ name: String, _ text: String) {
    guard let file = fopen(path(name), "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  func read(_ name: String) -> String {
    guard let file = fopen(path(name), "r") else { return "" }
    defer { fclose(file) }
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
    return text
  }

  func lines(_ name: String) -> [String] { read(name).split(separator: "\n").map(String.init) }
}

extension TrackerVerdict {
  /// A verdict whose reason is the check's own words.
  init(tracker: Int, status: TrackerStatus, reason: String, memory: VerdictMemory? = nil) {
    self.init(tracker: tracker, TrackerFinding(status, reason, memory: memory))
  }

  var status: TrackerStatus { finding.status }
  var reason: String { finding.reason }
  var memory: VerdictMemory { finding.memory }
  var condition: VerdictCondition { memory.condition }
}

/// A prober with a supervisor and engines that the test plays.
final class Harness {
  let scratch: Scratch
  let loop: EventLoop
  let log: LogWriter
  private let logReader: OwnedDescriptor
  private(set) var logText = ""
  private(set) var supervisor: Channel
  private(set) var prober: Prober
  private(set) var reports: [ProberReport] = []
  private(set) var verdicts: [TrackerVerdict] = []
  private(set) var board: Board
  private(set) var memory: SharedMemory
  /// Where probers note what they have notified of.
  let notified: SharedMemory
  private(set) var engine: Channel
  /// The process that starts scripts, in this one.
  private let starter: LocalStarter
  private var control: OwnedDescriptor?

  /// What every configuration is said to be read from.
  static let sources = "no file at all"

  private static func bundle(_ configuration: Configuration) -> [UInt8] {
    ConfigurationBundle.bytes(image: ConfigurationImage.encode(configuration), sources: Array(sources.utf8))
  }

  init(scratch: Scratch? = nil, scriptLimit: Nanoseconds = .seconds(20)) throws {
    try Signals.ignore(SIGPIPE)
    self.scratch = try scratch ?? Scratch()
    loop = try EventLoop()
    let pipe = try FileDescriptor.pipe()
    logReader = OwnedDescriptor(try pipe.reader.duplicate())
    try logReader.descriptor.setNonblocking()
    let writer = try pipe.writer.duplicate().take()
    log = LogWriter(writer, format: .text, loop: loop, reader: .journal)
    let (mine, theirs) = try Channel.pair()
    supervisor = mine
    starter = try LocalStarter(loop: loop)
    notified = try SharedMemory(name: "notified", size: 4096)
    prober = try Prober(
      supervisor: theirs, loop: loop, log: log, notified: NotifiedTransitions(notified), scriptLimit: scriptLimit)
    (memory, board) = try Self.board(for: Configuration())
    engine = try Channel.pair().0
    try introduce()
  }

  /// Hands the prober its channel to the starter, and the control socket.
  private func introduce() throws {
    let channel = try starter.introduce()
    #expect(try supervisor.send(ProberCommand.starter.encoded, descriptors: [channel.rawValue]) == .sent)
    let listener = try control ?? OwnedDescriptor(UnixListener.make(at: scratch.path("control.sock")))
    #expect(try supervisor.send(ProberCommand.control.encoded, descriptors: [listener.rawValue]) == .sent)
    control = listener
  }

  /// Ends the starter as the supervisor does when the prober has ended.
  func endStarter() { starter.end() }

  /// Has the starter die, and puts another in its place.
  func replaceStarter() throws {
    starter.die()
    let channel = try starter.introduce()
    #expect(try supervisor.send(ProberCommand.starter.encoded, descriptors: [channel.rawValue]) == .sent)
  }

  /// A new board as an engine lays it out.
  static func board(for configuration: Configuration) throws -> (SharedMemory, Board) {
    let trackers = configuration.trackers.count
    let size = try Board.size(routers: configuration.routers.count, addresses: 0, trackers: trackers, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(
      creatingIn: memory.bytes, routers: configuration.routers.count, addresses: 0, trackers: trackers, packetBytes: 0)
    board.enginePID = getpid()
    board.startedAt = MonotonicClock.now()
    board.heartbeat = MonotonicClock.now()
    board.isRunning = true
    for (index, router) in configuration.routers.enumerated() {
      board.router(index)?.description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 2), family: router.family,
          virtualRouterID: router.core.virtualRouterID.rawValue, name: router.name),
        version: router.core.version, basePriority: router.core.priority, interval: router.core.interval,
        addresses: 0..<0)
      board.router(index)?.snapshot = VirtualRouterSnapshot(
        state: .initialize, activeInterval: router.core.interval, effectivePriority: router.core.priority)
    }
    for (index, tracker) in configuration.trackers.enumerated() {
      board.tracker(index)?.name = tracker
    }
    return (memory, board)
  }

  /// Has the prober serve a configuration, with a new engine, on a new board unless one is kept.
  func serve(_ configuration: Configuration, keepingBoard: Bool = false) throws {
    if !keepingBoard { (memory, board) = try Self.board(for: configuration) }
    let bundle = try MemoryFile.create(name: "bundle", holding: Self.bundle(configuration))
    let (mine, theirs) = try Channel.pair()
    let oldEngine = engine
    engine = mine
    let table = try starter.adopt(configuration)
    let view = try MemoryFile.readable(memory.rawValue)
    let sent = try supervisor.send(
      ProberCommand.serve(table: table).encoded, descriptors: [bundle.rawValue, view.rawValue, theirs.rawValue])
    #expect(sent == .sent)
    _ = oldEngine
    verdicts = []
  }

  /// Has the prober run the startup script of a configuration, as before the first engine.
  func runStartupScript(of configuration: Configuration) throws {
    try runStartupScript(bundle: Self.bundle(configuration), table: try starter.adopt(configuration))
  }

  func runStartupScript(bundle bytes: [UInt8], table: UInt64 = 0) throws {
    let bundle = try MemoryFile.create(name: "bundle", holding: bytes)
    let sent = try supervisor.send(ProberCommand.runStartupScript(table: table).encoded, descriptors: [bundle.rawValue])
    #expect(sent == .sent)
  }

  /// Leaves no child behind: one that nobody waits for keeps exit tests, which wait for any child, going round for ever.
  deinit {
    prober.killScripts()
    starter.finish()
  }

  /// Starts another prober, as the supervisor does when one has died; the board stays.
  func restartProber() throws {
    prober.killScripts()
    let (mine, theirs) = try Channel.pair()
    supervisor = mine
    prober = try Prober(supervisor: theirs, loop: loop, log: log, notified: NotifiedTransitions(notified))
    try introduce()
  }

  /// Turns the loop until something holds, at most so many seconds.
  func wait(
    for what: String, seconds: Int64 = 40, location: SourceLocation = #_sourceLocation, _ condition: () -> Bool
  ) throws {
    let limit = MonotonicClock.now() + .seconds(seconds)
    while true {
      collect()
      if condition() { return }
      guard MonotonicClock.now() < limit else {
        Issue.record("waited in vain for \(what); the log says:\n\(logText)", sourceLocation: location)
        return
      }
      // What a stopped loop leaves to be waited for is another process's.
      if loop.isStopped { usleep(5000) } else { try loop.turn(until: MonotonicClock.now() + .milliseconds(10)) }
    }
  }

  /// Takes what has been said to the supervisor, to the engine and to the log.
  func collect() {
    while case .message(let bytes, _)? = try? supervisor.receive() {
      if let report = try? ProberReport(decoding: bytes) { reports.append(report) }
    }
    while case .message(let bytes, _)? = try? engine.receive() {
      guard let verdict = try? TrackerVerdict(decoding: bytes) else { continue }
      verdicts.append(verdict)
      // As the engine does.
      guard let record = board.tracker(verdict.tracker) else { continue }
      record.record(verdict.finding, at: MonotonicClock.now())
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? logReader.descriptor.read(into: $0) }) {
      logText += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }

  /// Has the engine say that a router moved, and writes it on the board as the engine does.
  func transition(
    _ router: Int, _ number: UInt64, from: RouterState, to: RouterState, cause: Cause = .started, priority: UInt8 = 150,
    detail: String = ""
  ) throws {
    let transition = Transition(
      from: from, to: to, cause: cause, priority: Priority(rawValue: priority), at: MonotonicClock.now())
    record(transition, router, number)
    let message = EngineMessage.transition(router: router, number: number, transition, detail: detail)
    #expect(try engine.send(message.encoded) == .sent)
  }

  func record(_ transition: Transition, _ router: Int, _ number: UInt64) {
    guard let record = board.router(router) else { return }
    record.snapshot = VirtualRouterSnapshot(
      state: transition.to, activeInterval: Centiseconds(rawValue: 100), effectivePriority: transition.priority)
    record.record(transition, number: number)
  }

  /// The number of the last transition of a router that the prober has noted for the next one.
  func noted(_ router: Int) -> UInt64? {
    let identities = (0..<board.routerCount).map { board.router($0)?.description?.identity }
    return NotifiedTransitions(notified)?.numbers(of: identities)[router]
  }

  /// Has the engine die.
  func abandonEngine() { if let pair = try? Channel.pair() { engine = pair.0 } }

  /// Has the supervisor die.
  func abandonSupervisor() { if let pair = try? Channel.pair() { supervisor = pair.0 } }

  /// Ends the prober as the supervisor does.
  func shutdown() throws {
    abandonEngine()
    _ = try supervisor.send(ProberCommand.shutdown.encoded)
    try wait(for: "the end") { loop.isStopped }
  }
}

extension Configuration {
  /// A configuration whose scripts run as the user who runs the tests.
  static func asOwnUser() -> Configuration {
    var configuration = Configuration()
    configuration.global.scriptUser = ScriptUser(user: "\(geteuid())")
    return configuration
  }
}

extension CommandDefinition {
  init(_ words: String...) { self.init(arguments: words, text: words.joined(separator: " ")) }

  static func shell(_ text: String) -> CommandDefinition {
    CommandDefinition(arguments: text.split(separator: " ").map(String.init), text: text, needsShell: true)
  }
}

extension VirtualRouterDefinition {
  /// A router that only its name sets apart.
  static func named(_ name: String, priority: UInt8 = 150) throws -> VirtualRouterDefinition {
    VirtualRouterDefinition(
      name: name, interface: "eth0",
      core: VirtualRouterConfiguration(
        virtualRouterID: try #require(VirtualRouterID(51)), version: .v2, priority: Priority(rawValue: priority),
        interval: .seconds(1)),
      family: .ipv4)
  }
}

/// Whether a process is there and is no zombie.
func isRunning(_ pid: Int32) -> Bool {
  guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 512)
  guard fgets(&buffer, Int32(buffer.count), file) != nil else { return false }
  let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  let state = text.split(separator: ")").last.flatMap { $0.first { $0 != " " } }
  return state != "Z" && state != "X"
}

/// Waits until a process has ended, for a minute at most, and reaps it.
func awaitEnd(of process: ChildProcess) {
  var end = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
  #expect(poll(&end, 1, 60_000) == 1)
  _ = try? process.reap()
}
