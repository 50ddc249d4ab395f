import ConfigurationModel
import LinuxSystem

/// The file that the loader has handed over: the configuration's image, and what it was read from. Nothing of it stays in memory.
final class Bundle {
  private let file: FileDescriptor
  private let header: BundleHeader

  /// Takes a bundle over.
  /// - Throws: `ImageError` if it is none that this program can read; `SystemError` if the file cannot be read.
  init(_ file: consuming FileDescriptor) throws {
    header = try BundleHeader(decoding: MemoryFile.read(file.rawValue, 0..<BundleHeader.size))
    self.file = file
  }

  /// The configuration.
  func configuration() throws -> Configuration { try ConfigurationImage.decode(image()) }

  /// What `ControlRequest.sources` is answered with.
  func sources() throws -> [UInt8] {
    let size = try MemoryFile.size(of: file.rawValue)
    return try MemoryFile.read(file.rawValue, header.sourcesOffset..<max(header.sourcesOffset, size))
  }

  /// Whether the other one holds the same configuration, whatever it was read from.
  func holdsTheSame(as other: Bundle) -> Bool {
    guard let image = try? image(), let others = try? other.image() else { return false }
    return image == others
  }

  private func image() throws -> [UInt8] { try MemoryFile.read(file.rawValue, header.image) }
}
