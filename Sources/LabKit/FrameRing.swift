import Glibc
import NetworkTypes
import Synchronization

/// The ring that the kernel writes captured frames into (packet(7), `PACKET_RX_RING`, version 2 of its frames).
///
/// Its memory does not count against a socket's receive buffer, which an ordinary user could not make large enough for
/// a machine that keeps the reader waiting.
struct FrameRing: ~Copyable {
  /// `SOL_PACKET`.
  static let level: Int32 = 263
  /// `PACKET_VERSION`.
  static let versionOption: Int32 = 10
  /// `TPACKET_V2`.
  static let version: Int32 = 1
  /// `PACKET_RX_RING`.
  static let ringOption: Int32 = 5
  /// `struct tpacket_req`: block size, blocks, frame size, frames.
  static let request: [UInt32] = [
    UInt32(blockSize), UInt32(blocks), UInt32(frameSize), UInt32(blocks * blockSize / frameSize),
  ]

  private static let blockSize = 1 << 16
  private static let blocks = 256
  private static let frameSize = 2048
  private static let size = blockSize * blocks

  private let memory: UnsafeMutableRawPointer
  private var position = 0

  init(of descriptor: Int32) throws(LabError) {
    guard let mapped = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED
    else { throw LabError(call: "mmap", on: "the packet ring") }
    memory = mapped
  }

  deinit {
    munmap(memory, Self.size)
  }

  /// The next frame if the kernel has finished one; the place is the kernel's again afterwards.
  mutating func next(clockOffset: Int64) -> CapturedFrame? {
    // struct tpacket2_hdr: status, length, captured length, offset of the frame (16 bits), …, seconds, nanoseconds.
    let header = memory + position * Self.frameSize
    let ownedByUser: UInt32 = 1
    guard header.load(as: UInt32.self) & ownedByUser != 0 else { return nil }
    atomicMemoryFence(ordering: .acquiring)
    let length = Int(header.load(fromByteOffset: 8, as: UInt32.self))
    let offset = Int(header.load(fromByteOffset: 12, as: UInt16.self))
    let seconds = Int64(header.load(fromByteOffset: 16, as: UInt32.self))
    let nanoseconds = Int64(header.load(fromByteOffset: 20, as: UInt32.self))
    let count = max(0, min(length, Self.frameSize - offset))
    let bytes = Array(UnsafeRawBufferPointer(start: header + offset, count: count))
    atomicMemoryFence(ordering: .releasing)
    header.storeBytes(of: 0, as: UInt32.self)
    position = (position + 1) % (Self.size / Self.frameSize)
    return CapturedFrame(
      time: MonotonicInstant(nanoseconds: seconds * 1_000_000_000 + nanoseconds + clockOffset), bytes: bytes)
  }
}
