import Configuration
import ControlModel
import Glibc
import LinuxSystem
import VRRPCore

/// A tracked file's number, and where it comes from.
struct TrackedFile {
  let definition: TrackedFileDefinition
  /// The number that counts now; `nil` before the first look.
  private(set) var level: Int32?
  /// Why, in words.
  private(set) var reason = ""
  /// What was said last of a text that is no number, so that it is said once.
  private var lastComplaint = ""

  init(_ definition: TrackedFileDefinition) {
    self.definition = definition
  }

  /// What a look at a file finds.
  enum Contents: Equatable {
    case number(Int32)
    /// There is no file, which counts as 0.
    case missing
    /// It is no number, or cannot be read.
    case unusable(String)
  }

  /// Looks at the file.
  /// - Returns: whether the number changed, and a complaint if there is a new one.
  mutating func look() -> (changed: Bool, complaint: String?) {
    let path = definition.path
    let before = level
    var complaint: String?
    switch Self.contents(of: path) {
    case .number(let number):
      (level, reason, lastComplaint) = (number, "\(path) holds \(number)", "")
    case .missing:
      (level, reason, lastComplaint) = (0, "\(path) does not exist", "")
    case .unusable(let why):
      // The number that counted goes on: half a text is no reason to move an address.
      level = level ?? 0
      reason = "\(path) \(why); \(level ?? 0) counts"
      if reason != lastComplaint { complaint = reason }
      lastComplaint = reason
    }
    return (level != before, complaint)
  }

  /// Longest text that can be a number, blanks included.
  private static let longestText = 64

  static func contents(of path: String) -> Contents {
    let fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard fd >= 0 else { return errno == ENOENT ? .missing : .unusable(SystemError.reason(errno)) }
    let descriptor = FileDescriptor(owning: fd)
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .unusable("is not a regular file")
    }
    var bytes = [UInt8](repeating: 0, count: longestText + 1)
    let count = read(descriptor.rawValue, &bytes, bytes.count)
    guard count >= 0 else { return .unusable(SystemError.reason(errno)) }
    guard count <= longestText, let number = number(in: bytes[..<count]) else { return .unusable("holds no number") }
    return .number(number)
  }

  /// The number that a text is, blanks around it set aside; one beyond what can be held becomes the nearest that can.
  static func number(in text: ArraySlice<UInt8>) -> Int32? {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var digits = text.drop(while: isBlank)
    while let last = digits.last, isBlank(last) || last == 0 { digits.removeLast() }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = min(value * 10 + Int64(byte - UInt8(ascii: "0")), 1 << 40)
    }
    return Int32(clamping: isNegative ? -value : value)
  }

  /// Writes the first number (`init_file`), as the service starts.
  func initialize() throws(SystemError) {
    guard let value = definition.initialValue else { return }
    // Neither through a link nor into what is no regular file: the folder may be somebody else's.
    var fd = open(definition.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    if fd < 0, errno == EEXIST {
      guard definition.overwrites else { return }
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
