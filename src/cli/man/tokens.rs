//! What the manual says of signed requests that others take for a token.

use super::section::{Item, Section};

/// The section of `sigvet(1)`.
pub(super) fn section() -> Section {
    let items = vec![
        Item::text(
            "Some services learn who asks from a signed request to STS, GetCallerIdentity, which they send on. The URL may be \
             left out then: it is that of STS in the region of `--region`, of the profile or of the environment.",
        ),
        Item::term(
            "EKS",
            "`presign --cluster-name NAME --as eks-token` prints the token that `aws eks get-token` makes, and `--as \
             exec-credential` the object that kubectl takes from a program, in the version that KUBERNETES_EXEC_INFO asks for. \
             Only the header x-k8s-aws-id may be signed besides the host. The token counts for 15 minutes; the object says 14.",
        ),
        Item::term(
            "Vault",
            "`sign --as vault` prints the fields of a login at auth/aws/login, but for the role. The URL is by default the global \
             endpoint, as at Vault, or that of `--region`, which the server has to be configured for. `--vault-server-id` signs \
             X-Vault-AWS-IAM-Server-ID.",
        ),
        Item::Code(
            "users:
- name: eks
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: sigvet
      args: [presign, --region, eu-central-1,
             --cluster-name, my-cluster, --as, exec-credential]
      interactiveMode: Never",
        ),
        Item::Code("sigvet sign --as vault | vault write auth/aws/login role=dev -"),
    ];
    Section { title: "TOKENS", items }
}
