import ConfigurationModel
import LinuxSystem

/// Bundle of the configuration that is served.
struct Bundle {
  private let file: OwnedDescriptor
  private let bundle: ConfigurationBundle

  /// Takes a bundle over.
  /// - Throws: `ImageError` if it is none that this program can read; `SystemError` if the file cannot be read.
  init(_ file: consuming FileDescriptor) throws {
    let file = OwnedDescriptor(file)
    self.file = file
    bundle = try ConfigurationBundle { try MemoryFile.read(file.rawValue, $0) }
  }

  /// The configuration.
  func configuration() throws -> Configuration { try bundle.configuration() }

  /// What `ControlRequest.sources` is answered with.
  func sources() throws -> [UInt8] { try bundle.sources(size: MemoryFile.size(of: file.rawValue)) }

  /// Whether the other one holds the same configuration, whatever it was read from.
  func holdsTheSame(as other: Bundle) -> Bool {
    guard let image = try? bundle.image(), let others = try? other.bundle.image() else { return false }
    return image == others
  }
}
