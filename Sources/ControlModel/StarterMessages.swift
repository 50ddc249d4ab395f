/// What the supervisor tells the starter.
public enum StarterCommand: Sendable, Equatable {
  /// The commands of a configuration come as the one descriptor; the prober names them by this number.
  case table(UInt64)
  /// The channel to a new prober comes as the one descriptor. What was to end with the one before it is killed first.
  case prober
  /// Say that you are alive.
  case ping
  /// Do what the prober said last, and end.
  case end

  /// The message's bytes.
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

/// What the starter tells the supervisor. A tag alone.
public enum StarterReport: UInt8, Sendable, CaseIterable {
  /// The answer to ``StarterCommand/ping``.
  case alive = 1
}

/// A run of a command, as the prober asks for it.
public struct RunRequest: Sendable, Equatable {
  /// What a notification says. Only the starter makes text of it, so that nobody else decides what a script of root's finds in its
  /// arguments and its environment.
  public struct Notification: Sendable, Equatable {
    /// What has moved, by its place in the table.
    public var subject: UInt32
    /// Where to.
    public var state: NotifyState
    /// Its effective priority; a group says 0.
    public var priority: UInt8
    /// Why, as a clause; the command finds it in its environment, cut and printable.
    public var cause: String
    /// The state that was notified of before, which the command finds in its environment; `nil` for none.
    public var previous: NotifyState?

    /// A notification from its parts.
    public init(subject: UInt32, state: NotifyState, priority: UInt8, cause: String, previous: NotifyState?) {
      self.subject = subject
      self.state = state
      self.priority = priority
      self.cause = cause
      self.previous = previous
    }
  }

  /// The table, and the place of the command in it.
  public var table: UInt64
  /// The place in the table.
  public var command: UInt32
  /// What has happened, for a command that is to say so, and for no other.
  public var notification: Notification?

  /// A run of what is no notification.
  public init(table: UInt64, command: UInt32) {
    self.table = table
    self.command = command
  }
}

/// What the prober asks of the starter. Each has a number that the answers carry; no two that go on have the same one.
public enum StartRequest: Sendable, Equatable {
  /// Run a command; its output goes to the one descriptor.
  case run(UInt32, RunRequest)
  /// Send a signal to the process group of a run, which ends what is left of the group when its leader ends.
  case signal(UInt32, Int32)
  /// Make a FIFO if it is missing, and open it.
  case openFIFO(UInt32, table: UInt64, fifo: UInt32)
  /// Remove a FIFO. There is no answer.
  case removeFIFO(table: UInt64, fifo: UInt32)
  /// Open a tracked file for reading.
  case openFile(UInt32, table: UInt64, file: UInt32)
  /// Write the first number of a tracked file; over what is there only if the table says so as well.
  case writeFile(UInt32, table: UInt64, file: UInt32, overwrites: Bool)

  /// The message's bytes.
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

/// What the starter answers the prober.
public enum StartReply: Sendable, Equatable {
  /// How a process ended.
  public enum Ending: Sendable, Hashable {
    case exited(Int32)
    case signaled(Int32)
  }

  /// Why a tracked file is not read.
  public enum FileRefusal: Sendable, Hashable {
    /// The kernel's error number.
    case system(Int32)
    /// It is a folder, a FIFO, a device or a socket.
    case notRegular
    /// It lies in a file system in which the kernel shows itself.
    case kernels(String)
    /// A stranger's link that is not followed.
    case link(String)
  }

  /// A run has a process, which leads a group of the same number. Where it asks, if it is in a sandbox, comes as the one descriptor.
  case started(UInt32, process: Int32)
  /// A command is not run, or never was. `isShortage`: this host had no room for it now, or its program was being written.
  case refused(UInt32, isShortage: Bool, reason: String)
  /// The process of a run has ended.
  case ended(UInt32, Ending)
  /// A FIFO is open and comes as the one descriptor; `isNew`: it was made for this.
  case fifo(UInt32, isNew: Bool)
  /// A FIFO cannot be used.
  case fifoRefused(UInt32, reason: String)
  /// Someone other than root could change what root will run. `isOwn`: in the command itself, which `enable_script_security` would
  /// refuse; otherwise in its interpreter or what that interprets.
  case weakness(command: String, reason: String, isOwn: Bool)
  /// A tracked file is open and comes as the one descriptor.
  case file(UInt32)
  /// A tracked file is not read.
  case fileRefused(UInt32, FileRefusal)
  /// The first number of a tracked file is written, if the error number is 0.
  case written(UInt32, error: Int32)

  /// The message's bytes.
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
    case .link(let words):
      write(4 as UInt8)
      writeWhole(words)
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
