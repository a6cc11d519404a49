//! Hosts that sign for MCP, as AWS documents them.

use sigvet_core::endpoint::infer;

/// The hosts in *Deploy MCP servers in AgentCore Runtime*, *Use an AgentCore gateway* and *Getting started with the AWS
/// MCP Server*: they need no region or service option.
#[test]
fn the_hosts_of_mcp_are_known() {
    for (host, service, region) in [
        ("bedrock-agentcore.us-west-2.amazonaws.com", "bedrock-agentcore", "us-west-2"),
        ("abc-123.gateway.bedrock-agentcore.us-east-1.amazonaws.com", "bedrock-agentcore", "us-east-1"),
        ("aws-mcp.us-east-1.api.aws", "aws-mcp", "us-east-1"),
    ] {
        let found = infer(host).unwrap_or_else(|| panic!("{host}"));
        assert_eq!((found.service.as_deref(), found.region.as_deref()), (Some(service), Some(region)), "{host}");
    }
}
