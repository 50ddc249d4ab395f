import CNetlink

/// Writer of one request to the kernel: its header, a fixed part, and attributes (RFC 3549 section 2.3).
struct RequestWriter {
  private var bytes: [UInt8]

  /// A request of a type, with flags in addition to those of every request.
  init<Fixed>(_ type: Int, flags: Int32 = 0, isAcknowledged: Bool = true, _ fixed: Fixed) {
    let common = NLM_F_REQUEST | (isAcknowledged ? NLM_F_ACK : 0)
    let header = nlmsghdr(
      nlmsg_len: 0, nlmsg_type: UInt16(truncatingIfNeeded: type),
      nlmsg_flags: UInt16(truncatingIfNeeded: flags | common), nlmsg_seq: 0, nlmsg_pid: 0)
    bytes = withUnsafeBytes(of: header) { Array($0) }
    withUnsafeBytes(of: fixed) { bytes += $0 }
    pad()
  }

  /// Adds an attribute of the given content.
  mutating func add(_ type: Int, _ content: some Collection<UInt8>) {
    // The length of an attribute includes its header of four bytes. No attribute here comes near the greatest length.
    addNumber(UInt16(truncatingIfNeeded: 4 + content.count))
    addNumber(UInt16(truncatingIfNeeded: type))
    bytes += content
    pad()
  }

  /// Adds a number in the host's byte order.
  mutating func add(_ type: Int, _ number: some FixedWidthInteger) {
    add(type, withUnsafeBytes(of: number) { Array($0) })
  }

  /// Adds a text that ends with a zero byte.
  mutating func add(_ type: Int, text: String) {
    add(type, Array(text.utf8) + [0])
  }

  /// Adds an attribute whose content `body` writes.
  mutating func nest(_ type: Int, _ body: (inout RequestWriter) -> Void) {
    let start = bytes.count
    addNumber(UInt16(0))
    addNumber(UInt16(truncatingIfNeeded: type))
    body(&self)
    setLength(UInt16(truncatingIfNeeded: bytes.count - start), at: start)
  }

  /// Adds a structure that begins with its length but is no attribute.
  mutating func addCounted<Fixed>(_ fixed: Fixed, _ body: (inout RequestWriter) -> Void) {
    let start = bytes.count
    withUnsafeBytes(of: fixed) { bytes += $0 }
    pad()
    body(&self)
    setLength(UInt16(truncatingIfNeeded: bytes.count - start), at: start)
  }

  /// Whole request; its number is 0 if it gets its number later.
  func finished(sequence: UInt32 = 0) -> [UInt8] {
    var whole = bytes
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes.count)) { whole.replaceSubrange(0..<4, with: $0) }
    withUnsafeBytes(of: sequence) { whole.replaceSubrange(8..<12, with: $0) }
    return whole
  }

  private mutating func addNumber(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number) { bytes += $0 }
  }

  private mutating func setLength(_ length: UInt16, at start: Int) {
    withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + 2, with: $0) }
  }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
