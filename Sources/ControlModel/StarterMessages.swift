/// Message from the supervisor to the starter.
public enum StarterCommand: Sendable, Equatable {
  /// The commands of a configuration, in one descriptor. The prober names the table by this number.
  case table(UInt64)
  /// The channel to a new prober, in one descriptor. Commands that end with the prober before it are killed first.
  case prober
  /// Answer with ``StarterReport/alive``.
  case ping
  /// Finish the prober's last requests, and end.
  case end

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .table(let number):
      writer.write(1 as UInt8)
      writer.write(number)
    case .prober: writer.write(2 as UInt8)
    case .ping: writer.write(3 as UInt8)
    case .end: writer.write(4 as UInt8)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1: self = .table(try reader.read())
    case 2: self = .prober
    case 3: self = .ping
    case 4: self = .end
    default: throw .invalid
    }
  }
}

/// Message from the starter to the supervisor: a tag only.
public enum StarterReport: UInt8, Sendable, CaseIterable {
  /// Answer to ``StarterCommand/ping``.
  case alive = 1
}

/// Run of a command, as requested by the prober.
public struct RunRequest: Sendable, Equatable {
  /// Content of a notification. Only the starter makes arguments and environment of it, so that no other process
  /// decides what a script of root's gets there.
  public struct Notification: Sendable, Equatable {
    /// Position in the table of the instance or group that has changed.
    public var subject: UInt32
    /// New state.
    public var state: NotifyState
    /// Effective priority of the instance; 0 for a group.
    public var priority: UInt8
    /// Reason for the change, as a clause. The command finds it in its environment, cut and printable.
    public var cause: String
    /// State of the last notification before, which the command finds in its environment; `nil` for none.
    public var previous: NotifyState?

    /// A notification with the given values.
    public init(subject: UInt32, state: NotifyState, priority: UInt8, cause: String, previous: NotifyState?) {
      self.subject = subject
      self.state = state
      self.priority = priority
      self.cause = cause
      self.previous = previous
    }
  }

  /// Number of the table.
  public var table: UInt64
  /// Position of the command in the table.
  public var command: UInt32
  /// Content, if the command is for notifications; otherwise `nil`.
  public var notification: Notification?

  /// A run without a notification.
  public init(table: UInt64, command: UInt32) {
    self.table = table
    self.command = command
  }
}

/// Request from the prober to the starter. Each has a number that the answers repeat; no two requests under way have
/// the same.
public enum StartRequest: Sendable, Equatable {
  /// Run a command. Its output goes to the one descriptor.
  case run(UInt32, RunRequest)
  /// Send a signal to the process group of a run. Processes of the group that outlive its leader are then killed when
  /// the leader ends.
  case signal(UInt32, Int32)
  /// Make a FIFO unless it exists, and open it.
  case openFIFO(UInt32, table: UInt64, fifo: UInt32)
  /// Remove a FIFO. There is no answer.
  case removeFIFO(table: UInt64, fifo: UInt32)
  /// Open a tracked file for reading.
  case openFile(UInt32, table: UInt64, file: UInt32)
  /// Write the initial number of a tracked file; over existing content only if the table allows it too.
  case writeFile(UInt32, table: UInt64, file: UInt32, overwrites: Bool)

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .run(let number, let run):
      writer.write(1 as UInt8)
      writer.write(number)
      writer.write(run.table)
      writer.write(run.command)
      writer.write(run.notification)
    case .signal(let number, let signal):
      writer.write(2 as UInt8)
      writer.write(number)
      writer.write(signal)
    case .openFIFO(let number, let table, let fifo):
      writer.write(3 as UInt8)
      writer.write(number)
      writer.write(table)
      writer.write(fifo)
    case .removeFIFO(let table, let fifo):
      writer.write(4 as UInt8)
      writer.write(table)
      writer.write(fifo)
    case .openFile(let number, let table, let file):
      writer.write(5 as UInt8)
      writer.write(number)
      writer.write(table)
      writer.write(file)
    case .writeFile(let number, let table, let file, let overwrites):
      writer.write(6 as UInt8)
      writer.write(number)
      writer.write(table)
      writer.write(file)
      writer.write(overwrites ? 1 : 0 as UInt8)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1:
      let number = try reader.read(UInt32.self)
      var run = RunRequest(table: try reader.read(), command: try reader.read())
      run.notification = try reader.readNotification()
      self = .run(number, run)
    case 2: self = .signal(try reader.read(), try reader.read())
    case 3: self = .openFIFO(try reader.read(), table: try reader.read(), fifo: try reader.read())
    case 4: self = .removeFIFO(table: try reader.read(), fifo: try reader.read())
    case 5: self = .openFile(try reader.read(), table: try reader.read(), file: try reader.read())
    case 6:
      self = .writeFile(
        try reader.read(), table: try reader.read(), file: try reader.read(),
        overwrites: try reader.read(UInt8.self) != 0)
    default: throw .invalid
    }
  }
}

/// Answer from the starter to the prober.
public enum StartReply: Sendable, Equatable {
  /// End of a process.
  public enum Ending: Sendable, Hashable {
    case exited(Int32)
    case signaled(Int32)
  }

  /// Reason for which a tracked file is not read.
  public enum FileRefusal: Sendable, Hashable {
    /// Errno of the kernel.
    case system(Int32)
    /// The path is a folder, a FIFO, a device or a socket.
    case notRegular
    /// The file is in a file system by which the kernel shows its state, such as proc or sysfs.
    case kernels(String)
    /// The path has a link of another user, which is not followed.
    case link(String)
  }

  /// A run has a process, which leads a group with the same number. For a run in a sandbox the one descriptor is its
  /// seccomp listener.
  case started(UInt32, process: Int32)
  /// A command was not run. `isShortage`: this host had no resources for it at the moment, or its program was being
  /// written.
  case refused(UInt32, isShortage: Bool, reason: String)
  /// The process of a run has ended.
  case ended(UInt32, Ending)
  /// A FIFO is open, in the one descriptor. `isNew`: it was made for this request.
  case fifo(UInt32, isNew: Bool)
  /// A FIFO cannot be used.
  case fifoRefused(UInt32, reason: String)
  /// Users other than root could change a program that root will run. `isOwn`: the command itself, which
  /// `enable_script_security` would refuse; otherwise its interpreter or the interpreted script.
  case weakness(command: String, reason: String, isOwn: Bool)
  /// A tracked file is open, in the one descriptor.
  case file(UInt32)
  /// A tracked file is not read.
  case fileRefused(UInt32, FileRefusal)
  /// The initial number of a tracked file was written if `error` is 0; otherwise `error` is the errno.
  case written(UInt32, error: Int32)

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .started(let number, let process):
      writer.write(1 as UInt8)
      writer.write(number)
      writer.write(process)
    case .refused(let number, let isShortage, let reason):
      writer.write(2 as UInt8)
      writer.write(number)
      writer.write(isShortage ? 1 : 0 as UInt8)
      writer.write(reason)
    case .ended(let number, .exited(let code)):
      writer.write(3 as UInt8)
      writer.write(number)
      writer.write(code)
    case .ended(let number, .signaled(let signal)):
      writer.write(4 as UInt8)
      writer.write(number)
      writer.write(signal)
    case .fifo(let number, let isNew):
      writer.write(5 as UInt8)
      writer.write(number)
      writer.write(isNew ? 1 : 0 as UInt8)
    case .fifoRefused(let number, let reason):
      writer.write(6 as UInt8)
      writer.write(number)
      writer.write(reason)
    case .weakness(let command, let reason, let isOwn):
      writer.write(7 as UInt8)
      writer.write(command)
      writer.write(reason)
      writer.write(isOwn ? 1 : 0 as UInt8)
    case .file(let number):
      writer.write(8 as UInt8)
      writer.write(number)
    case .fileRefused(let number, let refusal):
      writer.write(9 as UInt8)
      writer.write(number)
      writer.write(refusal)
    case .written(let number, let error):
      writer.write(10 as UInt8)
      writer.write(number)
      writer.write(error)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1: self = .started(try reader.read(), process: try reader.read())
    case 2:
      self = .refused(
        try reader.read(), isShortage: try reader.read(UInt8.self) != 0, reason: try reader.readText())
    case 3: self = .ended(try reader.read(), .exited(try reader.read()))
    case 4: self = .ended(try reader.read(), .signaled(try reader.read()))
    case 5: self = .fifo(try reader.read(), isNew: try reader.read(UInt8.self) != 0)
    case 6: self = .fifoRefused(try reader.read(), reason: try reader.readText())
    case 7:
      self = .weakness(
        command: try reader.readText(), reason: try reader.readText(), isOwn: try reader.read(UInt8.self) != 0)
    case 8: self = .file(try reader.read())
    case 9: self = .fileRefused(try reader.read(), try reader.readFileRefusal())
    case 10: self = .written(try reader.read(), error: try reader.read())
    default: throw .invalid
    }
  }
}

extension MessageWriter {
  fileprivate mutating func write(_ notification: RunRequest.Notification?) {
    write(notification == nil ? 0 : 1 as UInt8)
    guard let notification else { return }
    write(notification.subject)
    writeWhole(notification.state.rawValue)
    write(notification.priority)
    writeWhole(notification.cause)
    writeOptional(notification.previous?.rawValue)
  }

  fileprivate mutating func write(_ refusal: StartReply.FileRefusal) {
    switch refusal {
    case .system(let number):
      write(1 as UInt8)
      write(number)
    case .notRegular: write(2 as UInt8)
    case .kernels(let name):
      write(3 as UInt8)
      writeWhole(name)
    case .link(let text):
      write(4 as UInt8)
      writeWhole(text)
    }
  }
}

extension MessageReader {
  fileprivate mutating func readNotification() throws(MessageError) -> RunRequest.Notification? {
    guard try read(UInt8.self) != 0 else { return nil }
    return RunRequest.Notification(
      subject: try read(), state: try Self.state(of: readWhole()), priority: try read(), cause: try readWhole(),
      previous: try readState())
  }

  private mutating func readState() throws(MessageError) -> NotifyState? {
    guard let word = try readOptional() else { return nil }
    return try Self.state(of: word)
  }

  private static func state(of word: String) throws(MessageError) -> NotifyState {
    guard let state = NotifyState(rawValue: word) else { throw .invalid }
    return state
  }

  fileprivate mutating func readFileRefusal() throws(MessageError) -> StartReply.FileRefusal {
    switch try read(UInt8.self) {
    case 1: .system(try read())
    case 2: .notRegular
    case 3: .kernels(try readWhole())
    case 4: .link(try readWhole())
    default: throw .invalid
    }
  }
}
