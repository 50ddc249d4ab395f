import ControlModel
import HostWithdrawal
import Glibc
import LinuxSystem
import NetworkTypes

@testable import Supervisor

/// Something that the supervisor takes for a process: it holds copies of the descriptors it was given, talks on its
/// channel, and ends when told to. All in the test's own process, so that every descriptor can be counted.
final class FakeChild: Child {
  let role: ProcessRole
  let arguments: [String]
  let processID: Int32
  private(set) var signals: [Int32] = []
  /// Whether its end takes long: the kernel ends a process when it comes to it.
  var outlivesSignals = false
  private var descriptors: [Int32: MemoryHandle] = [:]
  private(set) var channel: Channel?
  private(set) var memory: SharedMemory?
  /// How a prober was given the board that it was told to serve last, and who may open that again.
  fileprivate(set) var servedBoard: (access: Int32, mode: UInt32)?
  private let endReader: FileDescriptor
  private var endWriter: MemoryHandle?
  private var ended: Ending?

  init(_ request: SpawnRequest, processID: Int32) throws(SystemError) {
    role = request.arguments.dropFirst().first.flatMap(ProcessRole.init(rawValue:)) ?? .loader
    arguments = request.arguments
    self.processID = processID
    let pipe = try FileDescriptor.pipe()
    endReader = pipe.reader
    endWriter = MemoryHandle(pipe.writer)
    for mapping in request.descriptors where mapping.target > 1 {
      let copy = dup(mapping.source)
      guard copy >= 0 else { throw SystemError(operation: "copy descriptor", errno: errno) }
      descriptors[mapping.target] = MemoryHandle(FileDescriptor(owning: copy))
    }
    if let number = descriptors[InheritedDescriptor.supervisor.rawValue]?.rawValue {
      channel = Channel(FileDescriptor(owning: dup(number)))
      descriptors[InheritedDescriptor.supervisor.rawValue] = nil
    }
  }

  var rawValue: Int32 { endReader.rawValue }
  var isAlive: Bool { ended == nil }

  func send(signal number: Int32) {
    signals.append(number)
    if number == SIGKILL, !outlivesSignals { end(.killed(signal: SIGKILL)) }
  }

  func ending() -> Ending? { ended }

  func end(_ ending: Ending) {
    guard ended == nil else { return }
    ended = ending
    descriptors = [:]
    channel = nil
    memory = nil
    endWriter = nil
  }

  /// The inode of what it was given at this number; `nil` when it was given nothing.
  func inode(at number: InheritedDescriptor) -> UInt64? {
    guard let descriptor = descriptors[number.rawValue] else { return nil }
    var status = stat()
    return fstat(descriptor.rawValue, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  func write(_ text: String, to number: Int32) {
    guard let descriptor = descriptors[number] else { return }
    _ = Glibc.write(descriptor.rawValue, text, text.utf8.count)
  }

  func say(_ bytes: [UInt8]) { _ = try? channel?.send(bytes) }
  func say(_ report: EngineReport) { say([report.rawValue]) }

  /// Lays out a board with one router, master of one address that it owns.
  func layOutBoard() throws {
    guard let descriptor = descriptors[InheritedDescriptor.board.rawValue] else { return }
    let size = try Board.size(routers: 1, addresses: 1, trackers: 0, packetBytes: 64)
    try MemoryFile.resize(descriptor.rawValue, to: size)
    try MemoryFile.seal(descriptor.rawValue, [.shrink, .grow])
    let memory = try SharedMemory(
      mapping: FileDescriptor(owning: dup(descriptor.rawValue)), writable: true)
    _ = try Board(creatingIn: memory.bytes, routers: 1, addresses: 1, trackers: 0, packetBytes: 64)
    self.memory = memory
  }

  var board: Board? { memory.flatMap { try? Board(opening: $0.bytes) } }
}

/// Every process that a supervisor under test started, and how each behaves.
final class FakeProcesses {
  private(set) var all: [FakeChild] = []
  private(set) var told: [String] = []
  /// What the loaders from now on find and how they end.
  var load: (diagnostics: String, code: Int32) = ("", 0)
  /// What the loaders from now on write of commands.
  var commands = ""
  /// Whether starters leave questions unanswered.
  var starterIsSilent = false
  /// Engines beyond this number end before they are ready.
  var lastGoodEngine = Int.max
  var heartbeatStands = false
  var keepsHistory = true

  func launch(_ request: SpawnRequest) throws(SystemError) -> any Child {
    let child = try FakeChild(request, processID: Int32(1000 + all.count))
    if !keepsHistory { all.removeAll { !$0.isAlive } }
    all.append(child)
    switch child.role {
    case .loader:
      child.write(load.diagnostics, to: STDERR_FILENO)
      child.write(commands, to: InheritedDescriptor.commands.rawValue)
      child.end(.exited(load.code))
    case .engine:
      guard living(.engine).count <= lastGoodEngine, (try? child.layOutBoard()) != nil else {
        child.end(.exited(3))
        break
      }
      child.say(.ready)
    case .prober, .starter: break
    }
    return child
  }

  func living(_ role: ProcessRole) -> [FakeChild] { all.filter { $0.role == role && $0.isAlive } }
  func started(_ role: ProcessRole) -> [FakeChild] { all.filter { $0.role == role } }

  /// Lets every process take in what it was told and do as a good one does.
  func pump() {
    for child in all where child.isAlive {
      switch child.role {
      case .engine: pumpEngine(child)
      case .prober: pumpProber(child)
      case .starter: pumpStarter(child)
      case .loader: break
      }
    }
  }

  private func pumpEngine(_ child: FakeChild) {
    if !heartbeatStands, let board = child.board, board.isRunning { board.heartbeat = MonotonicClock.now() }
    while let channel = child.channel, case .message(let bytes, _)? = try? channel.receive() {
      guard let command = bytes.first.flatMap(EngineCommand.init(rawValue:)) else { continue }
      told.append("\(command)")
      switch command {
      case .takeOver:
        child.board?.isRunning = true
        child.say(.running)
      case .yield:
        child.say(.yielded)
        child.end(.exited(0))
      case .shutdown: child.end(.exited(0))
      case .proberLink: _ = channel.takeDescriptor()
      }
    }
  }

  private func pumpStarter(_ child: FakeChild) {
    while let channel = child.channel, case .message(let bytes, let count)? = try? channel.receive() {
      let command = try? StarterCommand(decoding: bytes)
      switch command {
      case .ping: if !starterIsSilent { child.say([StarterReport.alive.rawValue]) }
      case .end:
        told.append("starter end")
        child.end(.exited(0))
      case .table(let number): told.append("table \(number) with \(count)")
      case .prober: told.append("a prober with \(count)")
      case nil: told.append("nonsense")
      }
    }
  }

  private func pumpProber(_ child: FakeChild) {
    while let channel = child.channel, case .message(let bytes, let count)? = try? channel.receive() {
      switch try? ProberCommand(decoding: bytes) {
      case .serve:
        told.append("serve with \(count)")
        _ = channel.takeDescriptor()
        if let board = channel.takeDescriptor() {
          var status = stat()
          fstat(board.rawValue, &status)
          child.servedBoard = (fcntl(board.rawValue, F_GETFL) & O_ACCMODE, status.st_mode & 0o777)
        }
        while channel.takeDescriptor() != nil {}
        child.say(ProberReport.ready.encoded)
      case .reloadFinished(_, let code, let message): told.append("answer \(code) \(message)")
      case .shutdown:
        told.append("prober shutdown")
        child.end(.exited(0))
      case .ping: child.say(ProberReport.alive.encoded)
      case .runStartupScript:
        told.append("startup script with \(count)")
        _ = channel.takeDescriptor()
        child.say(ProberReport.startupFinished.encoded)
      case .processEvents:
        told.append("process events with \(count)")
        while channel.takeDescriptor() != nil {}
      case .starter: told.append("a starter with \(count)")
      case .control: told.append("control with \(count)")
      case nil: told.append("nonsense")
      }
    }
  }
}

/// Notes what would have been withdrawn.
final class FakeWithdrawal: Withdrawing {
  private(set) var performed: [Withdrawal] = []

  func perform(_ withdrawal: Withdrawal) -> [String] {
    performed.append(withdrawal)
    return []
  }
}

/// A supervisor with fake children in a directory of its own.
final class SupervisorStage {
  let processes = FakeProcesses()
  let withdrawal = FakeWithdrawal()
  let directory: String
  let supervisor: Supervisor

  init(
    service: ServiceNotification = ServiceNotification(environment: ProcessEnvironment([])), loaderCode: Int32 = 0,
    commands: String = "", showsLog: Bool = false, control: ((String) -> ControlListener)? = nil
  ) throws {
    processes.load.code = loaderCode
    processes.commands = commands
    var template = Array("/tmp/martlet-supervisor-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "create directory", errno: errno) }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let log = SupervisorLog(format: .text, isSilent: !showsLog)
    if showsLog { log.open(file: directory + "/log") }
    supervisor = try Supervisor(
      options: SupervisorOptions(configurationPath: "/nowhere.conf", runtimeDirectory: directory),
      addressLocks: AddressLocks(path: directory + "/addresses.lock"),
      log: log, control: control?(directory),
      service: service, withdrawal: withdrawal,
      launch: { [processes] (request) throws(SystemError) in try processes.launch(request) })
    supervisor.start()
  }

  deinit {
    for name in ["/addresses.lock", "/control.sock", "/log"] { unlink(directory + name) }
    rmdir(directory)
  }

  /// Takes turns until something is so; whether it came to be within the bound.
  func reaches(within limit: Nanoseconds = .seconds(10), _ condition: () -> Bool) throws -> Bool {
    let end = MonotonicClock.now() + limit
    while !condition() {
      guard MonotonicClock.now() < end else { return false }
      processes.pump()
      try supervisor.turn(until: MonotonicClock.now() + .milliseconds(5))
    }
    return true
  }

  var isServing: Bool {
    supervisor.supervision.current?.stage == .running && supervisor.supervision.prober?.isReady == true
      && supervisor.supervision.reload == nil
  }

  /// What the supervisor has logged; empty unless it shows its log.
  var log: String {
    guard let file = try? FileDescriptor.open(reading: directory + "/log"),
      let bytes = try? MemoryFile.readAll(file.rawValue, limit: 16 << 20)
    else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Descriptors open in this process.
  static func openDescriptors() -> Int {
    guard let entries = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(entries) }
    var count = 0
    while readdir(entries) != nil { count += 1 }
    return count
  }
}
