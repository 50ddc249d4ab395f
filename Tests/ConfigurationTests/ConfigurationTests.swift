import Configuration
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

/// Loads one text as `/etc/martlet/martlet.conf`.
func load(
  _ text: String, others: [String: String] = [:], id: String? = nil, variables: [String: String] = [:]
) -> LoadedConfiguration {
  var files = MemorySourceFiles(texts: others, variables: variables)
  files.files["/etc/martlet/martlet.conf"] = Array(text.utf8)
  return ConfigurationLoader.load(path: "/etc/martlet/martlet.conf", files: files, configurationID: id)
}

@Test("A small pair's half becomes a model with every default filled in")
func smallConfiguration() throws {
  let loaded = load(
    """
    vrrp_instance VI_1 {
        state MASTER
        interface eth0
        virtual_router_id 51
        priority 150
        advert_int 1
        authentication {
            auth_type PASS
            auth_pass secret
        }
        virtual_ipaddress {
            192.0.2.10/24 dev eth1 label eth1:vip
        }
    }
    """)
  #expect(loaded.diagnostics.isEmpty)
  let router = try #require(loaded.configuration.routers.first)
  #expect(router.name == "VI_1")
  #expect(router.interface == "eth0")
  #expect(router.core.virtualRouterID == VirtualRouterID(51))
  #expect(router.core.priority == Priority(rawValue: 150))
  #expect(router.core.version == .v2)
  #expect(router.core.interval == .seconds(1))
  #expect(router.core.preempt)
  #expect(router.initialState == .master)
  #expect(router.password == Array("secret".utf8))
  #expect(router.addresses.first?.prefix == IPPrefix("192.0.2.10/24"))
  #expect(router.addresses.first?.interface == "eth1")
  #expect(router.addresses.first?.label == "eth1:vip")
}
