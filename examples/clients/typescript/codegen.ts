// Types and documents from the schema: the file in this repository, or what LIFECARE_SCHEMA names (a file or a URL).
import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

const SCHEMA = process.env["LIFECARE_SCHEMA"] ?? "../../../schema.graphql";
const OUT = process.env["LIFECARE_OUT"] ?? "src/gql";

const config: CodegenConfig = {
  schema: { [SCHEMA]: { oneOf: true } }, // an introspection does not ask for @oneOf by itself
  documents: ["../operations/*.graphql", "../../operations/*.graphql"],
  importExtension: ".js",
  generates: {
    [`${OUT}/`]: {
      preset: "client",
      documentTransforms: [addTypenameSelectionDocumentTransform], // for caches: a trusted text cannot be added to later
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { hashAlgorithm: "sha256" },
      },
      config: {
        scalars: { Date: "string", DateTime: "string", Time: "string", ID: "string" },
        strictScalars: true, // a scalar that the schema gets is an error here, not `any`
        useTypeImports: true,
      },
    },
    [`${OUT}/possible-types.ts`]: {
      plugins: ["fragment-matcher"],
    },
  },
};
export default config;
