import java.io.FileInputStream;
import java.io.InputStream;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judge FLAVOUR[,FLAVOUR…] FILE… : one line per file and flavour; PASS, or FAIL and the rules broken, with how often. */
public class Judge {
    public static void main(String[] given) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int place = 1; place < given.length; place++)
            for (String flavour : given[0].split(",")) judge(given[place], PDFAFlavour.fromString(flavour));
    }

    static void judge(String file, PDFAFlavour flavour) throws Exception {
        try (InputStream in = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validateAll(parser).get(0);
            TreeMap<String, Integer> broken = new TreeMap<>();
            for (TestAssertion one : result.getTestAssertions())
                if (one.getStatus() == TestAssertion.Status.FAILED)
                    broken.merge(one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber(), 1, Integer::sum);
            System.out.println((result.isCompliant() ? "PASS" : "FAIL") + "\t" + flavour.getId() + "\t" + file + "\t" + broken);
        } catch (Exception failed) {
            System.out.println("FAIL\t" + flavour.getId() + "\t" + file + "\t" + failed);
        }
    }
}
