import Configuration
import ControlModel
import Glibc
import LinuxSystem
import VRRPCore

/// A tracked file's number, and where it comes from.
struct TrackedFile {
  /// What the configuration says of it.
  var definition: TrackedFileDefinition
  /// The number that counts now; `nil` before the first look.
  private(set) var level: Int32?
  /// Why, in words.
  private(set) var reason = ""
  /// Whether the path is a symbolic link, so that changes elsewhere matter.
  private(set) var isLink = false
  /// Whether a text was found there, so that it may be written into.
  private(set) var holdsText = false
  /// What was said last of a text that is no number, so that it is said once.
  private var lastComplaint = ""

  /// A file that has not been looked at.
  /// - Parameter level: the number that counted when a process before this one looked last.
  init(_ definition: TrackedFileDefinition, level: Int32? = nil) {
    self.definition = definition
    self.level = level
  }

  /// What a look at a file finds.
  enum Contents: Equatable {
    /// The first bytes of a text, and whether there are more.
    case text([UInt8], isCut: Bool)
    /// There is no file, or something that holds no text. The words say which.
    case nothing(String, isMissing: Bool)
    /// It could not be looked at, for want of room or of the right to, which says nothing of what it holds.
    case unseen(String)
  }

  /// What came of a look.
  enum Outcome: Equatable {
    /// The same as before.
    case same
    /// The number or the words for it; and a complaint if there is a new one.
    case changed(isOtherNumber: Bool, complaint: String?)
    /// There is nothing where there was a number, perhaps only until somebody has written the next one: look again soon.
    case vanished
  }

  /// Looks at the file. What keepalived takes for 0 counts as 0.
  /// - Parameter isSure: whether a number may go without another look, since there has been one.
  mutating func look(isSure: Bool) -> Outcome {
    let path = definition.path
    var status = stat()
    isLink = lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    let words: String
    var isComplaint = true
    switch Self.contents(of: path) {
    case .unseen(let what):
      guard let level else { return leaveOut("cannot tell: \(path) \(what)") }
      return settle(on: level, "cannot tell: \(path) \(what); \(level) still counts", isComplaint: true)
    case .nothing(let what, let isMissing):
      holdsText = false
      isComplaint = !isMissing
      words = "\(path) \(what)" + (isMissing ? "" : "; 0 counts")
    case .text(let bytes, let isCut):
      holdsText = true
      guard bytes.allSatisfy(Self.isNothing) else { return take(bytes, isCut) }
      words = "\(path) holds nothing; 0 counts"
    }
    if !isSure, let level, level != 0 { return .vanished }
    return settle(on: 0, words, isComplaint: isComplaint)
  }

  /// Whether the file is there and has one name, so that whoever made it is still to write and close it. What has further names, and
  /// a link, hold what they are to hold.
  var isBeingMade: Bool {
    var status = stat()
    return lstat(definition.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
  }

  private mutating func take(_ bytes: [UInt8], _ isCut: Bool) -> Outcome {
    let path = definition.path
    let number = FileNumber(bytes)
    let shown = Self.shown(bytes, isCut)
    guard let value = number.value else {
      let kept = level ?? 0
      return settle(on: kept, "\(path) holds \(shown), which is beyond every number; \(kept) counts", isComplaint: true)
    }
    guard number.isWhole, !isCut else {
      let what = value == 0 ? "no number" : "more than a number"
      return settle(on: value, "\(path) holds \(shown), which is \(what); \(value) counts", isComplaint: true)
    }
    let isPlain = shown == "\"\(value)\"" || shown == "\"+\(value)\""
    return settle(on: value, "\(path) holds \(value)" + (isPlain ? "" : ", written \(shown)"), isComplaint: false)
  }

  /// A file that nobody could ever read is a fault of nobody.
  private mutating func leaveOut(_ words: String) -> Outcome {
    guard reason != words else { return .same }
    (reason, lastComplaint) = (words, words)
    return .changed(isOtherNumber: false, complaint: words)
  }

  private mutating func settle(on number: Int32, _ words: String, isComplaint: Bool) -> Outcome {
    let isOther = number != level
    let isNew = isOther || words != reason
    let complaint = isComplaint && words != lastComplaint ? words : nil
    (level, reason, lastComplaint) = (number, words, isComplaint ? words : "")
    return isNew ? .changed(isOtherNumber: isOther, complaint: complaint) : .same
  }

  /// As many bytes as keepalived reads of a file.
  private static let longestText = 127
  /// As many of them are shown.
  private static let longestShown = 32

  /// What a file holds. Nothing that a path may lead to is waited for.
  static func contents(of path: String) -> Contents {
    // Asked first, since whoever writes into a FIFO would take being opened for a reader.
    var status = stat()
    guard stat(path, &status) == 0 else { return unreadable(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .nothing("is not a regular file", isMissing: false) }
    let fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard fd >= 0 else { return unreadable(errno) }
    let descriptor = FileDescriptor(owning: fd)
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .nothing("is not a regular file", isMissing: false)
    }
    var bytes = [UInt8](repeating: 0, count: longestText + 1)
    let count = read(descriptor.rawValue, &bytes, bytes.count)
    guard count >= 0 else { return unreadable(errno) }
    return .text(Array(bytes[..<min(count, longestText)]), isCut: count > longestText)
  }

  private static func unreadable(_ error: Int32) -> Contents {
    let words = "cannot be read: \(SystemError.reason(error))"
    return switch error {
    case ENOENT, ENOTDIR: .nothing("does not exist", isMissing: true)
    case ELOOP, ENAMETOOLONG, EINVAL: .nothing(words, isMissing: false)
    // This process may not, has no room for one more file, somebody holds a lease on it, or its disk does not answer.
    default: .unseen(words)
    }
  }

  private static func isNothing(_ byte: UInt8) -> Bool { FileNumber.isBlank(byte) || byte == 0 }

  /// A text in quotation marks, without the blanks around it, in one line of a log, and not long.
  private static func shown(_ bytes: [UInt8], _ isCut: Bool) -> String {
    let text = Array(bytes.drop(while: isNothing).reversed().drop(while: isNothing).reversed())
    let signs = text.prefix(longestShown).map { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") ? $0 : 0x2E }
    let isShort = isCut || text.count > longestShown
    return "\"\(String(decoding: signs, as: UTF8.self))\(isShort ? "…" : "")\""
  }

  /// Writes the first number (`init_file`).
  /// - Parameter overwrites: whether one that is there may be written over, which is so as the service starts only.
  func initialize(overwrites: Bool) throws(SystemError) {
    guard let value = definition.initialValue else { return }
    // Neither through a link nor into what is no regular file: the folder may be somebody else's.
    var fd = open(definition.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    if fd < 0, errno == EEXIST {
      guard definition.overwrites, overwrites else { return }
      fd = open(definition.path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard fd >= 0 else { throw SystemError(operation: "initialize", errno: errno, object: definition.path) }
    let descriptor = FileDescriptor(owning: fd)
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(operation: "initialize", errno: EINVAL, object: definition.path)
    }
    let text = Array("\(value)\n".utf8)
    guard ftruncate(descriptor.rawValue, 0) == 0, write(descriptor.rawValue, text, text.count) == text.count else {
      throw SystemError(operation: "initialize", errno: errno, object: definition.path)
    }
  }
}

extension TrackerStatus {
  /// What the engine is told of a file's number, or of one whose number nobody can tell.
  init(level: Int32?) { self = level.map(TrackerStatus.level) ?? .untracked }
}
