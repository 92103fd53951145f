import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * What BouncyCastle thinks of SM2 certificates and signatures. Reads one question a line, words
 * parted by blanks, and answers each with "valid" or with "refused" and a reason:
 *
 * <pre>
 * chain MILLISECONDS ROOT CERTIFICATE... LIST...   leaf first; *.crl are lists; all DER
 * signed CONTENT CMS                               detached SignedData with its certificate inside
 * </pre>
 */
public final class Sm2Judge {
    public static void main(String[] none) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(answer(line.split(" ")));
        }
    }

    private static String answer(String[] question) {
        try {
            if (question[0].equals("chain")) {
                judgeChain(question);
            } else {
                judgeSigned(read(question[1]), read(question[2]));
            }
            return "valid";
        } catch (Exception refusal) {
            return "refused: " + refusal.getClass().getSimpleName() + " " + refusal.getMessage();
        }
    }

    private static void judgeChain(String[] question) throws Exception {
        var factory = CertificateFactory.getInstance("X.509", "BC");
        List<X509Certificate> chain = new ArrayList<>();
        Collection<X509CRL> lists = new ArrayList<>();
        for (int at = 3; at < question.length; at++) {
            var encoded = new ByteArrayInputStream(read(question[at]));
            if (question[at].endsWith(".crl")) {
                lists.add((X509CRL) factory.generateCRL(encoded));
            } else {
                chain.add((X509Certificate) factory.generateCertificate(encoded));
            }
        }
        var root = factory.generateCertificate(new ByteArrayInputStream(read(question[2])));
        var anchor = new TrustAnchor((X509Certificate) root, null);
        var rules = new PKIXParameters(Set.of(anchor));
        rules.setDate(new Date(Long.parseLong(question[1])));
        var known = new CollectionCertStoreParameters(lists);
        rules.addCertStore(CertStore.getInstance("Collection", known, "BC"));
        CertPathValidator.getInstance("PKIX", "BC")
                .validate(factory.generateCertPath(chain), rules);
    }

    private static void judgeSigned(byte[] content, byte[] cms) throws Exception {
        var data = new CMSSignedData(new CMSProcessableByteArray(content), cms);
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            throw new IllegalArgumentException("not one signer");
        }
        SignerInformation signer = signers.iterator().next();
        @SuppressWarnings("unchecked")
        var holder = (X509CertificateHolder) data.getCertificates()
                .getMatches(signer.getSID()).iterator().next();
        var verifier = new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder);
        if (!signer.verify(verifier)) {
            throw new IllegalArgumentException("the signature is wrong");
        }
        checkNamed(signer, holder);
    }

    /** The signer's certificate is the one whose digest was signed (RFC 5035), by SM3. */
    private static void checkNamed(SignerInformation signer, X509CertificateHolder holder)
            throws Exception {
        var attribute = signer.getSignedAttributes()
                .get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
        ESSCertIDv2 named = SigningCertificateV2
                .getInstance(attribute.getAttributeValues()[0]).getCerts()[0];
        String by = named.getHashAlgorithm().getAlgorithm().getId();
        byte[] digest = MessageDigest.getInstance(by, "BC").digest(holder.getEncoded());
        if (!MessageDigest.isEqual(digest, named.getCertHash())) {
            throw new IllegalArgumentException("another certificate is named");
        }
    }

    private static byte[] read(String path) throws Exception {
        return Files.readAllBytes(Path.of(path));
    }
}
