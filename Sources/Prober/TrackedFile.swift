import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import VRRPCore

/// Tracked file with its number and the origin of that number.
struct TrackedFile {
  /// Definition of the file in the configuration.
  var definition: TrackedFileDefinition
  /// Number that counts now; `nil` before the first look.
  private(set) var level: Int32?
  /// Reason of the number, in words.
  private(set) var reason = ""
  /// True if the path is a symbolic link, so that changes in other folders matter.
  private(set) var isLink = false
  /// True if the path led to a text, which others may write to.
  private(set) var holdsText = false
  /// Last complaint about a text that is no number, so that each is logged once.
  private var lastComplaint = ""

  /// A file that has not been looked at.
  /// - Parameter level: the number that counted when a process before this one looked last.
  init(_ definition: TrackedFileDefinition, level: Int32? = nil) {
    self.definition = definition
    self.level = level
  }

  /// Finding for the engine; `nil` before the first look.
  var finding: TrackerFinding? {
    if level == nil, reason.isEmpty { return nil }
    return TrackerFinding(level.map(TrackerStatus.level) ?? .untracked, reason)
  }

  /// Content that a look at a file finds.
  enum Contents: Equatable {
    /// The first bytes of a text. `isCut`: there are more. `weakness`: fault of the path, which is followed all the same.
    case text([UInt8], isCut: Bool, weakness: String? = nil)
    /// There is no file, or one that holds no text. The words say which.
    case nothing(String, isMissing: Bool)
    /// The file could not be read, for lack of resources or rights, so that its content is unknown.
    case unseen(String)
  }

  /// Outcome of a look.
  enum Outcome: Equatable {
    /// The same as before.
    case same
    /// The number or its reason has changed. `complaint`: new complaint for the log; `nil` for none.
    case changed(isOtherNumber: Bool, complaint: String?)
    /// The number is gone, perhaps only until a writer has written the next one. Look again soon.
    case vanished
  }

  /// Looks at the file. What keepalived takes for 0 counts as 0.
  /// - Parameters:
  ///   - isSure: true if a number that is gone counts as gone at once, since this is the second look.
  ///   - open: opens the file to which the path leads.
  mutating func look(isSure: Bool, open: () throws(TrackedPath.Refusal) -> TrackedPath.Target) -> Outcome {
    let path = definition.path
    var status = stat()
    isLink = lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    let words: String
    var isComplaint = true
    switch Self.contents(of: path, open: open) {
    case .unseen(let what):
      guard let level else { return leaveOut("cannot tell: \(path) \(what)") }
      return settle(on: level, "cannot tell: \(path) \(what); \(level) still counts", isComplaint: true)
    case .nothing(let what, let isMissing):
      holdsText = false
      isComplaint = !isMissing
      words = "\(path) \(what)" + (isMissing ? "" : "; 0 counts")
    case .text(let bytes, let isCut, let weakness):
      holdsText = true
      guard bytes.allSatisfy(Self.isNothing) else { return take(bytes, isCut, weakness) }
      words = "\(path) holds nothing; 0 counts"
    }
    if !isSure, let level, level != 0 { return .vanished }
    return settle(on: 0, words, isComplaint: isComplaint)
  }

  /// True if the file exists and has one name, so that its maker has yet to write and close it. A file with further names,
  /// or behind a link, is complete.
  var isBeingMade: Bool {
    var status = stat()
    return lstat(definition.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
  }

  /// Takes the number of a text. No other part of the text is ever shown: a user who may write the file, or put a link in
  /// its place, must not decide the content of the log and of the status.
  private mutating func take(_ bytes: [UInt8], _ isCut: Bool, _ weakness: String?) -> Outcome {
    let path = definition.path
    let number = FileNumber(bytes)
    let warning = weakness.map { "; \($0), which enable_script_security would refuse" } ?? ""
    guard let value = number.value else {
      let kept = level ?? 0
      return settle(on: kept, "\(path) holds a number that is too large; \(kept) counts\(warning)", isComplaint: true)
    }
    guard number.isWhole, !isCut else {
      let what = value == 0 ? "no number" : "more than a number"
      return settle(on: value, "\(path) holds \(what); \(value) counts\(warning)", isComplaint: true)
    }
    return settle(on: value, "\(path) holds \(value)\(warning)", isComplaint: weakness != nil)
  }

  /// Leaves out a file that could never be read, so that it is a fault of no router.
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

  /// Most bytes read of a file, as in keepalived.
  private static let longestText = 127

  /// Content of a file. Reading never waits, whatever kind of file the path leads to.
  /// - Parameter open: opens the file to which the path leads.
  static func contents(
    of path: String,
    open: () throws(TrackedPath.Refusal) -> TrackedPath.Target
  ) -> Contents {
    do throws(TrackedPath.Refusal) {
      let target = try open()
      var bytes = [UInt8](repeating: 0, count: longestText + 1)
      let count = read(target.file.rawValue, &bytes, bytes.count)
      guard count >= 0 else { return unreadable(errno) }
      return .text(
        Array(bytes[..<min(count, longestText)]), isCut: count > longestText, weakness: target.strangersLink)
    } catch {
      return switch error {
      case .system(let number): unreadable(number)
      case .notRegular: .nothing("is not a regular file", isMissing: false)
      case .kernels(let name):
        .nothing("lies in a file system of the kernel (\(name)) and is not read", isMissing: false)
      case .link(let words): .nothing("is refused: \(words)", isMissing: false)
      }
    }
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
}
