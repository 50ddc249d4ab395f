import Configuration
import ConfigurationSyntax

/// Turns the bytes of a source bundle into the configuration they hold; `nil` when they hold none.
typealias BundleReader = ([UInt8]) -> Configuration?

/// The configuration in a bundle. The loader has checked it before, so an error in it means that it is damaged.
func readConfiguration(_ bytes: [UInt8]) -> Configuration? {
  guard let bundle = try? SourceBundle(decoding: bytes) else { return nil }
  let loaded = ConfigurationLoader.load(bundle: bundle)
  return loaded.hasErrors ? nil : loaded.configuration
}
