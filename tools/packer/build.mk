# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Whose signature bundles get. A development key of one's own is made when one is first needed, for all build folders; `make clean` is
# the end of it. It is worth what the build folder is worth: a product is built with SIGNING_KEY=<private key kept elsewhere>.
#   SIGNING_KEY=key.pem        signs the bundles of this build, and is one that its security core trusts
#   TRUSTED_KEYS="a.pem ..."   further ones that it trusts, public halves

DEVELOPMENT_KEY := build/keys/development.pem
SIGNING_KEY     ?= $(DEVELOPMENT_KEY)
SIGNER          := tools/sign.py tools/packer/signing.py tools/packer/signature.py tools/packer/bundle.py

$(DEVELOPMENT_KEY):
	@mkdir -p $(@D)
	$(Q)$(PY) tools/sign.py key $@

# Remembers which keys were meant; others make it newer, and so what is built with them.
KEY_MARK := $(GEN)/keys.txt
$(shell mkdir -p $(GEN) && { echo '$(SIGNING_KEY) $(TRUSTED_KEYS)' | cmp -s - $(KEY_MARK) || echo '$(SIGNING_KEY) $(TRUSTED_KEYS)' > $(KEY_MARK); })
